"""What a lane did about a prompt, part by part: for the board, and for what is saved. Pure."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from chatkit.types import (
    AssistantMessageItem,
    CustomTask,
    SearchTask,
    Task,
    TaskItem,
    ThoughtTask,
    ThreadItem,
    URLSource,
    WorkflowItem,
)
from pydantic import BaseModel, ConfigDict, Field

from playground.runs.activity import SHARED


class Saved(BaseModel):
    """A part of what is saved. What a later playground adds is read over."""

    model_config = ConfigDict(frozen=True)


class Answer(Saved):
    """Text that the agent wrote: Markdown."""

    kind: Literal["answer"] = "answer"
    text: str


class Source(Saved):
    """What an answer refers to. `url` is empty where there is nothing to open."""

    title: str
    url: str = ""


class Sources(Saved):
    """What the answer before it refers to."""

    kind: Literal["sources"] = "sources"
    sources: tuple[Source, ...]


class Thought(Saved):
    """What a model told of its thinking: Markdown."""

    kind: Literal["thought"] = "thought"
    title: str = ""
    text: str


class ToolCall(Saved):
    """A tool's call: `arguments` and `result` as they are shown, mostly JSON; no result if it did not end.

    `note` is what stands beside it, such as `12 ms`. A `shared` result is one that another lane's call had brought.
    """

    kind: Literal["tool"] = "tool"
    name: str
    arguments: str = ""
    result: str | None = None
    failed: bool = False
    shared: bool = False
    note: str = ""


class Step(Saved):
    """Any other thing that was done: a hand-off, a search. `text` is Markdown."""

    kind: Literal["step"] = "step"
    title: str
    text: str = ""


class Note(Saved):
    """What the playground says: plain text."""

    kind: Literal["note"] = "note"
    text: str


Part = Annotated[Answer | Sources | Thought | ToolCall | Step | Note, Field(discriminator="kind")]


def parts(item: ThreadItem) -> Iterator[Part]:
    """What a reader sees of an item, but for the visitor's own message."""
    match item:
        case AssistantMessageItem():
            yield from _answer(item)
        case WorkflowItem():
            yield from map(_step, item.workflow.tasks)
        case TaskItem():
            yield _step(item.task)
        case _:
            pass


def _answer(item: AssistantMessageItem) -> Iterator[Part]:
    if text := "\n\n".join(part.text for part in item.content):
        yield Answer(text=text)
    notes = [note.source for part in item.content for note in part.annotations]
    sources = dict.fromkeys(
        Source(title=one.title or (one.url if isinstance(one, URLSource) else ""), url=_url(one)) for one in notes
    )
    if sources:
        yield Sources(sources=tuple(sources))


def _url(source: object) -> str:
    url = source.url if isinstance(source, URLSource) else ""
    return url if url.startswith(("https://", "http://")) else ""


def _step(task: Task) -> Part:
    match task:
        case ThoughtTask():
            return Thought(title=task.title or "", text=task.content)
        case CustomTask(icon="bolt"):
            return _tool(task)
        case CustomTask():
            return Step(title=task.title or "Step", text=task.content or "")
        case SearchTask():
            query = task.title_query or ", ".join(task.queries)
            found = "\n".join(f"- {source.title or source.url}\n" for source in task.sources)
            return Step(title=f"Web search · {query}", text=found)
        case _:
            return Step(title=task.title or "Files")


def _tool(task: CustomTask) -> ToolCall:
    """A call as the run wrote it down: its name and notes in the title, its arguments and result in code blocks."""
    name, _, note = (task.title or "").partition(" · ")
    sections = exchange(task.content or "")
    words = note.split(" · ")
    return ToolCall(
        name=name,
        arguments=sections.get("Arguments", ""),
        result=sections.get("Error", sections.get("Result")),
        failed="Error" in sections,
        shared=SHARED in words,
        note=note,
    )


def exchange(content: str) -> dict[str, str]:
    """What a call's task says: its Arguments, and its Result or the Error in place of it, as far as they are there."""
    return {found["what"]: found["text"] for found in _SECTION.finditer(content)}


_SECTION = re.compile(
    r"(?:\A|\n\n)(?P<what>Arguments|Result|Error)\n\n(?P<fence>`{3,})(?:json)?\n(?P<text>.*?)\n(?P=fence)(?=\n\n|\Z)",
    re.DOTALL,
)
