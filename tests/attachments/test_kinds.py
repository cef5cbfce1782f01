"""Which files are taken, and what they are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.attachments.kinds import ACCEPT, cleaned, kind_of, settled
from playground.errors import Malformed


@pytest.mark.parametrize(
    ("said", "name", "counts_as"),
    [
        ("image/png", "a.png", "image/png"),
        ("image/jpg", "a.jpg", "image/jpeg"),
        ("IMAGE/PNG; x=1", "a", "image/png"),
        ("application/pdf", "a", "application/pdf"),
        ("text/plain;charset=utf-8", "a", "text/plain"),
        ("text/x-python", "a.py", "text/x-python"),
        ("text/html", "a.html", "text/html"),
        ("application/json", "a.json", "application/json"),
        ("application/ld+json", "a", "application/ld+json"),
        ("", "main.rs", "text/plain"),
        ("", "notes.md", "text/markdown"),
        ("", "photo.JPG", "image/jpeg"),
        ("application/octet-stream", "table.csv", "text/csv"),
        ("video/mp2t", "page.ts", "text/plain"),
        ("application/vnd.ms-excel", "table.csv", "text/csv"),
    ],
)
def test_a_type_that_is_taken_has_one_spelling(said: str, name: str, counts_as: str) -> None:
    assert settled(said, name) == counts_as


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("image/svg+xml", "a.svg"),
        ("image/svg+xml", "a.png"),
        ("image/tiff", "a.tif"),
        ("video/mp4", "a.mp4"),
        ("application/zip", "a.zip"),
        ("application/octet-stream", "a.exe"),
        ("", "a"),
        ("", "a.svg"),
        ("text/" + "x" * 200, "a"),
        ("text/plain\r\nSet-Cookie: a=b", "a"),
        ("application/x-msdownload", "a.exe"),
    ],
)
def test_other_types_are_not(said: str, name: str) -> None:
    with pytest.raises(Malformed):
        settled(said, name)


def test_whatever_is_accepted_is_taken() -> None:
    for mime_type, endings in ACCEPT.items():
        assert settled(mime_type, "x") == mime_type
        assert {settled("", f"x{ending}") for ending in endings} == {mime_type}


@pytest.mark.parametrize(
    ("mime_type", "kind"), [("image/webp", "image"), ("application/pdf", "pdf"), ("text/html", "text")]
)
def test_there_are_three_kinds(mime_type: str, kind: str) -> None:
    assert kind_of(mime_type) == kind


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a.png", "a.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\a.png", "a.png"),
        ("/", "file"),
        ("", "file"),
        ("..", "file"),
        ("a\x00b.png", "a_b.png"),
        ("a\r\nSet-Cookie: x.png", "a Set-Cookie_ x.png"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("  a   b.png ", "a b.png"),
        ('a"b<c>.png', "a_b_c_.png"),
        ("Grüße 漢字.pdf", "Grüße 漢字.pdf"),
    ],
)
def test_a_name_can_be_shown_and_saved_anywhere(given: str, shown: str) -> None:
    assert cleaned(given) == shown


def test_a_long_name_keeps_its_ending() -> None:
    assert cleaned("a" * 500 + ".png") == "a" * 116 + ".png"
    assert len(cleaned("a." + "b" * 500)) == 120


@given(st.text())
def test_any_name_can_be_cleaned(name: str) -> None:
    shown = cleaned(name)
    assert 1 <= len(shown) <= 120
    assert not {"/", "\\", "\n", "\0"} & set(shown)
    assert cleaned(shown) == shown
