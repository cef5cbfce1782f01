"""Images: looked at when they come, made small for models. Blocking, and heavy: off the event loop, few at once."""

import io
from typing import IO

from PIL import Image, ImageOps

from playground.errors import Malformed

MOST_PIXELS = 64_000_000
"""Of a JPEG: a phone's largest photo has 50 million. Unpacked it takes up to ten bytes each, however small it came."""
MOST_DRAWN = 36_000_000
"""Of any other image: the largest screens have 33 million. Unpacked a PNG takes up to twelve bytes each, a WebP 16."""
LONGEST_EDGE = 1568
"""Pixels: beyond it the providers make images smaller themselves, and count the tokens of what they were sent."""
MOST_SCANS = 100
"""Of a JPEG, each of which goes over all pixels: a small file may name hundreds of thousands. Cameras write ten."""
LARGEST_PNG = 4_000_000
"""Bytes: a larger one is sent as JPEG. A provider takes five million."""

_FORMATS = {"image/png": ["PNG"], "image/jpeg": ["JPEG"], "image/gif": ["GIF"], "image/webp": ["WEBP"]}
_PHOTOS = frozenset({"JPEG", "MPO"})


def check(file: IO[bytes], mime_type: str) -> None:
    """Raise Malformed unless the file is an image of that type, whole, and not too large to be opened."""
    file.seek(0)
    try:
        with Image.open(file, formats=_FORMATS[mime_type]) as image:
            _refuse_large(image)
            _refuse_endless(file, mime_type)
            image.load()
    except Malformed:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(photo=mime_type == "image/jpeg") from None
    except Exception as error:  # whatever a decoder makes of broken bytes
        raise Malformed("This image cannot be read: it is damaged, or not of the type that it says.") from error


def for_model(data: bytes) -> tuple[str, bytes]:
    """The image as a model is sent it: its type and its bytes. Upright, without what cameras write beside it.

    Of a moving one it is the first picture. Raises Malformed for one that cannot be read.
    """
    try:
        with Image.open(io.BytesIO(data), formats=[name for names in _FORMATS.values() for name in names]) as image:
            _refuse_large(image)
            photo = image.format in _PHOTOS
            if photo:
                image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
            return _packed(upright, photo=photo)
    except Malformed:
        raise
    except Exception as error:
        raise Malformed("This image cannot be read.") from error


def _packed(image: Image.Image, *, photo: bool) -> tuple[str, bytes]:
    if not photo:
        drawn = image.convert("RGBA" if image.has_transparency_data else "RGB")
        packed = _saved(drawn, "PNG")
        if len(packed) <= LARGEST_PNG:
            return "image/png", packed
        image = Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn.convert("RGBA"))
    return "image/jpeg", _saved(image.convert("RGB"), "JPEG")


def _saved(image: Image.Image, kind: str) -> bytes:
    image.info.clear()  # what stood beside the picture: places, comments
    packed = io.BytesIO()
    image.save(packed, kind, quality=88, optimize=kind == "JPEG")
    return packed.getvalue()


def _refuse_large(image: Image.Image) -> None:
    photo = image.format in _PHOTOS
    if image.width * image.height > (MOST_PIXELS if photo else MOST_DRAWN):
        raise _too_large(photo=photo)


def _refuse_endless(file: IO[bytes], mime_type: str) -> None:
    """Nothing but a marker reads like one within the pixels."""
    if mime_type != "image/jpeg":
        return
    place = file.tell()
    file.seek(0)
    if file.read().count(b"\xff\xda") > MOST_SCANS:
        raise Malformed("This image cannot be read: it is damaged, or not of the type that it says.")
    file.seek(place)


def _too_large(*, photo: bool) -> Malformed:
    most = (MOST_PIXELS if photo else MOST_DRAWN) // 1_000_000
    return Malformed("This image has too many pixels. At most {most} million are taken.", most=most)
