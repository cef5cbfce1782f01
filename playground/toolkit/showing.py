"""What a tool, or an action's handler, may say and show to the visitor beside the agent's answer.

All of it may be called in any thread, by sync and async tools alike, in agents that serve as tools too. Outside of a
run nothing happens, so tools can be tried alone.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from chatkit.icons import IconName
from chatkit.types import (
    Annotation,
    ClientEffectEvent,
    EntitySource,
    FileSource,
    GeneratedImage,
    GeneratedImageItem,
    NoticeEvent,
    ProgressUpdateEvent,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadStreamEvent,
    URLSource,
)

from playground.ids import new_id
from playground.toolkit.stage import Shut, stage

Level = Literal["info", "warning", "danger"]


def progress(text: str, icon: IconName | None = None) -> None:
    """Say what is being done, until something else is shown. Nothing of it is kept."""
    _emit(ProgressUpdateEvent(text=text, icon=icon))


def effect(name: str, data: Mapping[str, Any] | None = None) -> None:
    """Let the visitor's UI do something that the page around it knows by this name. Nothing of it is kept."""
    _emit(ClientEffectEvent(name=name, data=dict(data or {})))


def notice(text: str, level: Level = "info", title: str | None = None) -> None:
    """Tell the visitor something in Markdown. Nothing of it is kept."""
    _emit(NoticeEvent(message=text, level=level, title=title))


def cite(
    title: str,
    url: str | None = None,
    *,
    filename: str | None = None,
    description: str | None = None,
    group: str | None = None,
) -> None:
    """Name a source of the answer: a page, a file, or else a thing of that name. Sources are numbered as they come.

    Raises ValueError for a `url` that is not http or https.
    """
    here = stage()
    told: dict[str, Any] = {"title": title, "description": description, "group": group}
    if url is not None:
        _check(url, "http://", "https://")
        source: URLSource | FileSource | EntitySource = URLSource(url=url, **told)
    else:
        source = FileSource(filename=filename, **told) if filename is not None else EntitySource(id=title, **told)
    if here is not None:
        here.cite(Annotation(source=source))


def image(url: str) -> None:
    """Show an image, which stays in the conversation.

    Raises ValueError for a `url` that is not http, https, or data of an image.
    """
    _check(url, "http://", "https://", "data:image/")
    here = stage()
    if here is None:
        return
    made = GeneratedImageItem(
        id=new_id("img"),
        thread_id=here.thread_id,
        created_at=datetime.now(UTC),
        image=GeneratedImage(id=new_id("img"), url=url),
    )
    here.emit(ThreadItemAddedEvent(item=made))
    here.emit(ThreadItemDoneEvent(item=made))


def lock(reason: str) -> None:
    """Let the visitor send nothing more in this conversation for now; it can be read, and unlocked by its owner."""
    _shut("locked", reason)


def close(reason: str) -> None:
    """End this conversation: it can be read, but nothing is ever added to it again."""
    _shut("closed", reason)


def _emit(event: ThreadStreamEvent) -> None:
    here = stage()
    if here is not None:
        here.emit(event)


def _shut(kind: Shut, reason: str) -> None:
    here = stage()
    if here is not None:
        here.shut(kind, reason)


def _check(url: str, *beginnings: str) -> None:
    if not url.lower().startswith(beginnings):
        raise ValueError(f"The address has to begin with {' or '.join(beginnings)}")
