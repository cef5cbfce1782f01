"""What a lane did about a prompt, part by part: for the board, and for what is saved. Pure."""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from chatkit.types import (
    AssistantMessageItem,
    ClientToolCallItem,
    CustomTask,
    GeneratedImageItem,
    SearchTask,
    StructuredInput,
    StructuredInputItem,
    StructuredInputMultipleChoice,
    Task,
    TaskItem,
    ThoughtTask,
    ThreadItem,
    WidgetItem,
    WorkflowItem,
)
from pydantic import Field

from playground import wire
from playground.compare.answers import Answer, Saved, Sources, answer, public, sources
from playground.runs.activity import SHARED

IN_THE_BROWSER = "in the browser"


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


class Widget(Saved):
    """What an agent showed: a widget's JSON, and the `text` (Markdown) that its author gave to stand for it."""

    kind: Literal["widget"] = "widget"
    widget: dict[str, Any]
    text: str = ""


class Question(Saved):
    """One question of a form, what could be chosen, and what was answered."""

    question: str
    options: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    skipped: bool = False


class Form(Saved):
    """What an agent asked the visitor. `status` is the item's: pending, answered or skipped."""

    kind: Literal["form"] = "form"
    status: str
    questions: tuple[Question, ...]


class Image(Saved):
    """An image that was made. `url` is empty where nobody else could open it."""

    kind: Literal["image"] = "image"
    url: str = ""


class Note(Saved):
    """What the playground says: plain text."""

    kind: Literal["note"] = "note"
    text: str


Part = Annotated[
    Answer | Sources | Thought | ToolCall | Step | Widget | Form | Image | Note, Field(discriminator="kind")
]


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
            yield from _shown(item)


def _shown(item: ThreadItem) -> Iterator[Part]:
    match item:
        case WidgetItem():
            yield Widget(widget=wire.payload(item).get("widget") or {}, text=item.copy_text or "")
        case StructuredInputItem():
            yield Form(status=item.status, questions=tuple(map(_question, item.inputs)))
        case GeneratedImageItem():
            yield Image(url=public(item.image.url) if item.image else "")
        case ClientToolCallItem(status="pending"):  # once it is answered, the step that asked for it shows the result
            yield _client_call(item)
        case _:
            pass


def _question(asked: StructuredInput) -> Question:
    said = asked.answer
    return Question(
        question=asked.question,
        options=tuple(one.value for one in asked.options) if isinstance(asked, StructuredInputMultipleChoice) else (),
        answers=tuple(said.values) if said else (),
        skipped=said.skipped if said else False,
    )


def _client_call(item: ClientToolCallItem) -> ToolCall:
    """A call that the visitor's own UI is to answer."""
    return ToolCall(
        name=item.name,
        arguments=json.dumps(item.arguments, ensure_ascii=False, indent=2) if item.arguments else "",
        note=IN_THE_BROWSER,
    )


def _answer(item: AssistantMessageItem) -> Iterator[Part]:
    if (said := answer(item)).text:
        yield said
    if found := sources(item):
        yield Sources(sources=found)


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
