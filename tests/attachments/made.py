"""Files made for a test: real ones, and hostile ones."""

import io
import struct
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), color: str = "red", **options: object) -> bytes:
    """An image of one colour."""
    packed = io.BytesIO()
    Image.new("RGB", size, color).save(packed, kind, **options)
    return packed.getvalue()


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(300, 200)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode("latin-1"))
        page[NameObject("/Contents")] = stream
    packed = io.BytesIO()
    writer.write(packed)
    return packed.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A small PNG that says it is enormous, as one that unpacks to gigabytes does."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"\0" * 65_536)) + _chunk(b"IEND")
    )


def endless(scans: int) -> bytes:
    """A small JPEG that goes over all its pixels again and again."""
    packed = picture("JPEG", progressive=True)
    last = packed.rfind(b"\xff\xda")
    return packed[:-2] + packed[last:-2] * scans + packed[-2:]


def polyglot() -> bytes:
    """A page for a browser that begins as a GIF."""
    return b"GIF89a/*\x01\x00\x01\x00*/=1;<script>alert(document.domain)</script>"


def _chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
