"""Items that the browser draws: what a widget, a form or a file is in a conversation of chat messages. Pure.

The chat component draws Markdown and nothing else. So such an item is a message with a placeholder, in which its words
stand until `mounted.js`, which finds the item in the feed by the placeholder's class, has drawn it there.
"""

import re
from collections.abc import Iterator
from typing import Any

from chatkit.types import ClientToolCallItem, GeneratedImageItem, StructuredInputItem, ThreadItem, WidgetItem

from playground import wire
from playground.client import ThreadView
from playground.compare.drawing.markdown import plain, rendered
from playground.compare.drawing.widgets import words
from playground.compare.parts import Form, Image, Widget, parts
from playground.transcript import Transcript

_ID = re.compile(r"[\w.-]{1,120}")


def placeholder(item_id: str, shown: str) -> str:
    """One line of markup, for the item of that id; `shown` is safe HTML. An odd id finds nothing."""
    name = f" of-{item_id}" if _ID.fullmatch(item_id) else ""
    # An empty line would end the markup for Markdown.
    return f'<div class="pg-mount{name}">{shown.strip().replace(chr(10), "&#10;")}</div>'


def item_placeholder(item: ThreadItem) -> str:
    """The placeholder of a widget, a form, an image or a call, with its words."""
    said = [words(part) for part in parts(item) if isinstance(part, Widget | Form | Image)]
    if isinstance(item, ClientToolCallItem):
        said = [f"{plain(item.name)} waits for your browser."]
    return placeholder(item.id, rendered("\n\n".join(said)))


def progress_id(run_id: str) -> str:
    """What the line of a run's progress is found by."""
    return f"{run_id}.progress"


def mounts(view: ThreadView, transcript: Transcript) -> dict[str, dict[str, Any]]:
    """What the browser draws, by the ids of the placeholders."""
    found = {item.id: wire.payload(item) for item in transcript.items if _drawn(item)}
    return found | dict(_progress(view, transcript))


def _drawn(item: ThreadItem) -> bool:
    match item:
        case WidgetItem() | StructuredInputItem() | GeneratedImageItem():
            return True
        case ClientToolCallItem():
            return item.status == "pending"
        case _:
            return False


def _progress(view: ThreadView, transcript: Transcript) -> Iterator[tuple[str, dict[str, Any]]]:
    if view.live and transcript.progress:
        name = progress_id(view.live.id)
        line = {"type": "progress", "id": name, "text": transcript.progress, "icon": transcript.progress_icon}
        yield name, {key: value for key, value in line.items() if value is not None}
