"""An answer and what it refers to, as it is drawn and saved. Pure."""

from typing import Literal
from urllib.parse import urlsplit

from chatkit.types import AssistantMessageItem, EntitySource, FileSource, URLSource
from pydantic import BaseModel, ConfigDict


class Saved(BaseModel):
    """A part of what is saved. What a later playground adds is read over."""

    model_config = ConfigDict(frozen=True)


class Mark(Saved):
    """Where in a text the source of that number, from 1, was given; its `url` if there is something to open."""

    at: int
    number: int
    url: str = ""


class Answer(Saved):
    """Text that the agent wrote: Markdown. `marks` are beside it: the text stays as it was written."""

    kind: Literal["answer"] = "answer"
    text: str
    marks: tuple[Mark, ...] = ()


class Source(Saved):
    """What an answer refers to. `url` is empty where there is nothing to open; `about` is who published it, or when."""

    title: str
    url: str = ""
    about: str = ""


class Sources(Saved):
    """What the answer before it refers to."""

    kind: Literal["sources"] = "sources"
    sources: tuple[Source, ...]


def answer(item: AssistantMessageItem) -> Answer:
    """What an answer says, all of its parts in one, and where its sources were given."""
    numbers = {source: number for number, source in enumerate(sources(item), 1)}
    marks: list[Mark] = []
    start = 0
    for part in item.content:
        for note in part.annotations:
            if note.index is not None and note.index >= 0:
                source = _source(note.source)
                at = start + min(note.index, len(part.text))
                marks.append(Mark(at=at, number=numbers[source], url=source.url))
        start += len(part.text) + len(_BETWEEN)
    return Answer(text=_BETWEEN.join(part.text for part in item.content), marks=tuple(dict.fromkeys(marks)))


def sources(item: AssistantMessageItem) -> tuple[Source, ...]:
    """Each source once, in the order in which they were given."""
    return tuple(dict.fromkeys(_source(note.source) for part in item.content for note in part.annotations))


_BETWEEN = "\n\n"
"""Between the parts of an answer."""


def _source(source: URLSource | FileSource | EntitySource) -> Source:
    match source:
        case URLSource():
            title = source.title or urlsplit(source.url).netloc or source.url
            return Source(title=title, url=public(source.url), about=_about(source.attribution, source.timestamp))
        case FileSource():
            return Source(title=source.title or source.filename, about=_about(source.timestamp))
        case EntitySource():
            return Source(title=source.title, about=_about(source.label, source.timestamp))


def _about(*facts: str | None) -> str:
    return " · ".join(filter(None, facts))


def public(url: str) -> str:
    """The URL if it is one that anybody may open; else empty."""
    return url if url.startswith(("https://", "http://")) else ""
