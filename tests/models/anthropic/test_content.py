import base64
from typing import Any

import pytest
from agents.exceptions import UserError

from playground.models.anthropic.content import given, said

PNG = base64.b64encode(b"png").decode()


def source(part: dict[str, Any]) -> Any:
    [block] = given([part])
    return block["source"]


def picture(url: str) -> dict[str, Any]:
    return {"type": "input_image", "image_url": url, "detail": "auto"}


def file(**fields: str) -> dict[str, Any]:
    return {"type": "input_file", **fields}


def test_text_stays_text() -> None:
    assert given("hello") == given([{"type": "input_text", "text": "hello"}]) == [{"type": "text", "text": "hello"}]


@pytest.mark.parametrize("empty", [None, "", "  \n", [], [{"type": "input_text", "text": " "}]])
def test_a_text_without_a_word_is_not_sent(empty: Any) -> None:
    assert given(empty) == said(empty) == []


def test_an_assistants_parts_keep_their_order_and_refusals_are_text() -> None:
    parts = [{"type": "output_text", "text": "a"}, {"type": "refusal", "refusal": "no"}]
    assert [block["text"] for block in said(parts)] == ["a", "no"]


def test_a_picture_may_be_inline_at_an_address_or_a_file() -> None:
    inline = {"type": "base64", "media_type": "image/png", "data": PNG}
    assert source(picture(f"data:image/png;base64,{PNG}")) == inline
    assert source(picture(f"data:image/jpg;base64,{PNG}"))["media_type"] == "image/jpeg"
    assert source(picture("https://a.test/b")) == {"type": "url", "url": "https://a.test/b"}
    assert source({"type": "input_image", "file_id": "file_1"}) == {"type": "file", "file_id": "file_1"}


def test_a_document_may_be_inline_at_an_address_or_a_file() -> None:
    data = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
    assert source(file(file_data="data:application/pdf;base64,JVBERi0=")) == data
    assert source(file(file_data="JVBERi0=")) == data
    assert source(file(file_data="JVBERi0=", filename="a.pdf")) == data
    assert source(file(file_url="https://a.test/b.pdf")) == {"type": "url", "url": "https://a.test/b.pdf"}
    assert source(file(file_id="file_1")) == {"type": "file", "file_id": "file_1"}


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.json", "a.csv", "unknown"])
def test_a_text_file_is_sent_as_its_text(name: str) -> None:
    data = base64.b64encode("grüße".encode()).decode()
    [block] = given([file(file_data=data, filename=name)])
    assert block["source"] == {"type": "text", "media_type": "text/plain", "data": "grüße"}
    assert block["title"] == name


def test_a_picture_sent_as_a_file_is_a_picture() -> None:
    assert given([file(file_data=f"data:image/png;base64,{PNG}")])[0]["type"] == "image"


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
        picture("data:image/tiff;base64,AAAA"),
        picture("ftp://a.test/b"),
        file(file_data="data:application/zip;base64,AAAA"),
        file(file_data="data:text/plain;base64,/w=="),
        file(file_data="not base64", filename="a.txt"),
    ],
)
def test_what_cannot_be_read_is_said_clearly(part: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="Anthropic's models"):
        given([part])
