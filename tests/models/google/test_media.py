import base64
from typing import Any

import pytest
from agents.exceptions import UserError

from playground.models.google.media import Media, given, said

PIXEL = "iVBORw0KGgo="


def one(**part: Any) -> Any:
    (found,) = given([part])
    return found


def test_texts_come_in_their_order_without_empty_ones() -> None:
    assert given([{"type": "input_text", "text": t} for t in ("a", "", "b")]) == ["a", "b"]
    assert given("plain") == ["plain"]
    assert given("") == []


def test_a_picture_has_data_or_an_address() -> None:
    inline = one(type="input_image", image_url=f"data:image/png;base64,{PIXEL}")
    assert inline == Media("image", "image/png", data=PIXEL)
    assert one(type="input_image", image_url="https://example.com/a.jpg?x=1") == Media(
        "image", "image/jpeg", uri="https://example.com/a.jpg?x=1"
    )
    assert one(type="input_image", image_url="https://example.com/a").mime_type == "image/*"


def test_a_file_of_googles_is_known_by_its_address() -> None:
    assert one(type="input_image", file_id="https://example.com/v1/files/x").uri == "https://example.com/v1/files/x"


def test_a_pdf_is_a_document() -> None:
    assert one(type="input_file", filename="a.pdf", file_data=PIXEL) == Media("document", "application/pdf", data=PIXEL)
    assert one(type="input_file", file_data=f"data:application/pdf;base64,{PIXEL}").kind == "document"
    assert one(type="input_file", file_url="https://example.com/a").mime_type == "application/pdf"


def test_a_text_file_is_read_out() -> None:
    data = base64.b64encode("Grüße".encode()).decode()
    assert one(type="input_file", filename="a.txt", file_data=f"data:text/plain;base64,{data}") == "a.txt:\nGrüße"
    assert one(type="input_file", filename="a.json", file_data=data) == "a.json:\nGrüße"


def test_sound_has_its_format() -> None:
    sound = one(type="input_audio", input_audio={"data": PIXEL, "format": "mp3"})
    assert sound == Media("audio", "audio/mp3", data=PIXEL)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_image", "file_id": "file-123"},
        {"type": "input_file", "file_id": "file-123"},
        {"type": "input_file", "filename": "a.zip", "file_data": PIXEL},
        {"type": "input_file", "filename": "a.txt", "file_data": "%"},
        {"type": "input_video"},
    ],
)
def test_what_gemini_does_not_read_is_said_so(part: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        given([part])


def test_what_was_said_includes_refusals() -> None:
    assert said([{"type": "output_text", "text": "a"}, {"type": "refusal", "refusal": "no"}]) == ["a", "no"]
    assert said("plain") == ["plain"]
