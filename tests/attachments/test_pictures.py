"""Images as models are sent them."""

import io

import pytest
from PIL import Image

from playground.attachments import pictures
from playground.attachments.pictures import LONGEST_EDGE, for_model
from playground.errors import Malformed
from tests.attachments.made import bomb, picture


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("kind", "mime_type"), [("PNG", "image/png"), ("GIF", "image/png"), ("WEBP", "image/png"), ("JPEG", "image/jpeg")]
)
def test_each_format_becomes_one_that_every_model_sees(kind: str, mime_type: str) -> None:
    told, data = for_model(picture(kind))
    assert told == mime_type
    assert opened(data).size == (40, 30)


def test_a_large_image_is_made_small() -> None:
    _, data = for_model(picture("PNG", (4000, 1000)))
    assert opened(data).size == (LONGEST_EDGE, LONGEST_EDGE // 4)


def test_an_image_is_turned_upright_and_says_nothing_of_where_it_was_made() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "canary: at home"
    _, data = for_model(picture("JPEG", (40, 30), exif=exif))
    assert opened(data).size == (30, 40)
    assert b"canary" not in data


def test_transparency_stays_where_there_is_room_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(packed, "PNG")
    told, data = for_model(packed.getvalue())
    assert (told, opened(data).mode) == ("image/png", "RGBA")
    monkeypatch.setattr(pictures, "LARGEST_PNG", 10)
    told, data = for_model(packed.getvalue())
    assert (told, opened(data).getpixel((5, 5))) == ("image/jpeg", (255, 255, 255))


def test_of_a_moving_image_the_first_picture_is_seen() -> None:
    packed = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), color) for color in ("red", "blue")]
    frames[0].save(packed, "GIF", save_all=True, append_images=frames[1:])
    _, data = for_model(packed.getvalue())
    assert opened(data).convert("RGB").getpixel((1, 1)) == (255, 0, 0)


@pytest.mark.parametrize("data", [b"", b"no image", bomb(), picture()[:50], picture("BMP")])
def test_what_cannot_be_opened_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        for_model(data)
