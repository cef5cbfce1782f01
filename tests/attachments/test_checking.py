"""What a file really is."""

import io
from typing import Any

import pytest

from playground.attachments import pictures
from playground.attachments.checking import check
from playground.errors import Malformed
from tests.attachments.made import bomb, endless, pdf, picture, polyglot


@pytest.mark.parametrize(
    ("data", "mime_type"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (endless(20), "image/jpeg"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (pdf("Hello"), "application/pdf"),
        ("Grüße\n\t漢字".encode(), "text/plain"),
        (b"\xef\xbb\xbfwith a mark", "text/csv"),
        (b"\x1b[31mred\x1b[0m", "text/plain"),
        (b"<script>", "text/html"),
    ],
)
def test_a_file_that_is_what_it_says_is_taken(data: bytes, mime_type: str) -> None:
    check(io.BytesIO(data), mime_type)


@pytest.mark.parametrize(
    ("data", "mime_type"),
    [
        (b"", "text/plain"),
        (b"", "image/png"),
        (picture("PNG"), "image/jpeg"),
        (picture("JPEG"), "application/pdf"),
        (b"MZ\x90\x00" + b"\0" * 100, "image/png"),
        (b"<svg onload=alert(1)>", "image/png"),
        (b"junk before %PDF-1.4", "application/pdf"),
        (polyglot(), "image/gif"),
        (picture("PNG")[:60], "image/png"),
        (picture("JPEG")[:200], "image/jpeg"),
        (endless(100), "image/jpeg"),
        (b"a\x00b", "text/plain"),
        ("a".encode("utf-16"), "text/plain"),
        (b"caf\xe9", "text/plain"),
        (b"cut \xe6\xbc", "text/plain"),
        (b"PK\x03\x04" + b"\0" * 40, "text/plain"),
        (picture("PNG"), "text/plain"),
    ],
)
def test_a_file_that_is_not_is_refused(data: bytes, mime_type: str) -> None:
    with pytest.raises(Malformed):
        check(io.BytesIO(data), mime_type)


@pytest.mark.parametrize("size", [(60_000, 60_000), (12_000, 12_000), (10_000, 9_000), (8_000, 8_000)])
def test_an_image_that_would_unpack_to_gigabytes_is_refused_unopened(size: tuple[int, int]) -> None:
    with pytest.raises(Malformed, match="too many pixels"):
        check(io.BytesIO(bomb(*size)), "image/png")


def test_a_long_text_is_read_piece_by_piece() -> None:
    check(io.BytesIO("漢".encode() * 200_000), "text/plain")
    with pytest.raises(Malformed):
        check(io.BytesIO(b"a" * 600_000 + b"\x00"), "text/plain")


def test_a_format_that_is_not_on_the_list_is_not_even_tried() -> None:
    packed: Any = io.BytesIO(picture("BMP"))
    with pytest.raises(Malformed):
        pictures.check(packed, "image/png")
