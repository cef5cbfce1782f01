"""The toolkit outside of a run does nothing, and says what it cannot take."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from playground.toolkit import WidgetError, cite, close, effect, image, lock, notice, progress, show, stream

CARD: dict[str, Any] = {"type": "Card", "children": []}


async def nothing() -> AsyncIterator[dict[str, Any]]:
    for widget in list[dict[str, Any]]():
        yield widget


async def twice() -> AsyncIterator[dict[str, Any]]:
    yield CARD
    yield CARD


async def test_outside_of_a_run_nothing_happens() -> None:
    progress("reading", "bolt")
    effect("shake")
    notice("late", "danger", "Hear")
    cite("A page", "https://page.test")
    cite("A thing")
    image("data:image/png;base64,AAAA")
    lock("late")
    close("late")
    shown = show(CARD, copy_text="empty")
    shown.update(CARD)
    assert shown.item_id is None
    assert (await stream(twice())).item_id is None
    assert (await stream(nothing())).item_id is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "page.test", "file:///etc/passwd", "data:text/html,x"])
def test_a_source_is_a_page_of_the_web(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        cite("A page", url)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "cup.png", "data:text/html,x"])
def test_an_image_is_of_the_web_or_data(url: str) -> None:
    with pytest.raises(ValueError, match="data"):
        image(url)


def test_what_is_no_widget_is_refused_outside_of_a_run_too() -> None:
    with pytest.raises(WidgetError):
        show({"type": "Cupboard"})
