"""From a thread to chat messages. Pure: no component, no clock, no store.

Every value that a visitor, a model or a provider wrote goes in as text or Markdown for the sanitising chat
component; where markup of our own surrounds it, it is escaped. A message never has a key called "path": Gradio
would take it for a file to serve.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from chatkit.types import (
    Annotation,
    AssistantMessageItem,
    ClientToolCallItem,
    CustomTask,
    EntitySource,
    FileSource,
    FileTask,
    GeneratedImageItem,
    ImageTask,
    NoticeEvent,
    SearchTask,
    StructuredInputItem,
    Task,
    TaskItem,
    ThoughtTask,
    ThreadItem,
    URLSource,
    UserMessageItem,
    WidgetItem,
    WorkflowItem,
)

from playground.compare.drawing.metrics import escaped

Message = dict[str, Any]

WAITING = '<span class="dots" title="Working"><i></i><i></i><i></i></span>'


@dataclass(frozen=True, slots=True)
class Entry:
    """One chat message, the item it came from, and whether it may be rated."""

    message: Message
    item_id: str | None = None


def text_message(role: str, *texts: str) -> Message:
    """A chat message as it goes over the wire; each text is drawn as a block of its own."""
    return {
        "role": role,
        "metadata": None,
        "content": [text_part(text) for text in texts],
        "options": None,
    }


def text_part(text: str) -> dict[str, str]:
    """One block of a message."""
    return {"type": "text", "text": text}


def fold_message(title: str, body: str, *, pending: bool) -> Message:
    """A collapsible entry: open with a spinner while pending, closed when done."""
    message = text_message("assistant", body)
    message["metadata"] = {"title": title, "status": "pending" if pending else "done"}
    return message


def note_message(kind: str, text: str) -> Message:
    """A line of the page's own, in a box. `kind` is a word for the style sheet."""
    return text_message("assistant", f'<div class="note {kind}" role="status">{escaped(text)}</div>')


_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~$&-])")


def plain(text: str) -> str:
    """The text as Markdown that draws it literally, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


# -- items ------------------------------------------------------------------------------------------------------


def item_messages(item: ThreadItem, *, is_open: bool = False) -> list[Message]:
    """The messages of one item; none for what a reader does not see."""
    match item:
        case UserMessageItem():
            return [text_message("user", _user_text(item))]
        case AssistantMessageItem():
            return _answer(item, is_open=is_open)
        case WorkflowItem():
            return list(_tasks(item.workflow.tasks))
        case TaskItem():
            return list(_tasks([item.task]))
        case _:
            return _other(item)


def _user_text(item: UserMessageItem) -> str:
    text = "".join(part.text for part in item.content)
    names = "".join(f"\n\n[{plain(attachment.name)}]" for attachment in item.attachments)
    quote = "".join(f"> {line}\n" for line in (item.quoted_text or "").splitlines())
    return f"{quote}\n{text}{names}" if quote else text + names


def _answer(item: AssistantMessageItem, *, is_open: bool) -> list[Message]:
    text = "\n\n".join(part.text for part in item.content)
    if not text.strip():
        return [text_message("assistant", WAITING)] if is_open else []
    sources = source_list([note for part in item.content for note in part.annotations])
    return [text_message("assistant", f"{text}\n\n{sources}" if sources else text)]


def _other(item: ThreadItem) -> list[Message]:
    match item:
        case ClientToolCallItem():
            return [fold_message(f"`{_code(item.name)}` in the browser", "", pending=item.status == "pending")]
        case WidgetItem():
            return [text_message("assistant", item.copy_text or "*A widget, shown by ChatKit clients.*")]
        case GeneratedImageItem():
            return [note_message("info", "An image was made; ChatKit clients show it.")]
        case StructuredInputItem():
            asked = "\n".join(f"- {plain(one.question)}" for one in item.inputs)
            return [text_message("assistant", f"The agent asks:\n\n{asked}")]
        case _:
            return []


def _tasks(tasks: Iterable[Task]) -> Iterator[Message]:
    thoughts: list[ThoughtTask] = []
    for task in tasks:
        if isinstance(task, ThoughtTask):
            thoughts.append(task)
            continue
        if thoughts:
            yield _reasoning(thoughts)
            thoughts = []
        yield _step(task)
    if thoughts:
        yield _reasoning(thoughts)


def _reasoning(thoughts: list[ThoughtTask]) -> Message:
    pending = thoughts[-1].status_indicator == "loading"
    titled = thoughts[-1].title if len(thoughts) == 1 or pending else None
    if titled in {"Thinking", "Thought"}:  # which is what a nameless one is called
        titled = None
    body = "\n\n".join(thought.content for thought in thoughts)
    return fold_message(f"Reasoning{f' · {plain(titled)}' if titled else ''}", body, pending=pending)


def _step(task: Task) -> Message:
    pending = task.status_indicator == "loading"
    match task:
        case CustomTask():
            return fold_message(step_title(task.title or "Step"), task.content or "", pending=pending)
        case SearchTask():
            query = task.title_query or ", ".join(task.queries)
            body = "\n".join(f"- {_link(source)}" for source in task.sources)
            return fold_message(f"Web search · {plain(query)}", body, pending=pending)
        case FileTask():
            body = "\n".join(f"- {plain(source.title)}" for source in task.sources)
            return fold_message(plain(task.title or "Files"), body, pending=pending)
        case ImageTask() | ThoughtTask():
            return fold_message(plain(task.title or "Image"), "", pending=pending)


def step_title(title: str) -> str:
    """A tool's name in code, what follows it (its duration) beside it; a hand-off as it stands."""
    name, dot, rest = title.partition(" · ")
    if " " in name:
        return plain(title)
    return f"`{_code(name)}`{dot}{plain(rest)}"


def _code(text: str) -> str:
    return " ".join(text.replace("`", "'").split())


# -- citations --------------------------------------------------------------------------------------------------


def source_list(annotations: Iterable[Annotation]) -> str:
    """The cited sources, each once, as a numbered Markdown list; empty if there are none."""
    shown = dict.fromkeys(_source(annotation) for annotation in annotations)
    lines = [f"{number}. {source}" for number, source in enumerate(shown, 1)]
    return "\n".join(["**Sources**", "", *lines]) if lines else ""


def _source(annotation: Annotation) -> str:
    source = annotation.source
    match source:
        case URLSource():
            return _link(source)
        case FileSource():
            return plain(source.filename or source.title)
        case EntitySource():
            return plain(source.title)


def _link(source: URLSource) -> str:
    parts = urlsplit(source.url)
    title = plain(source.title or parts.netloc)
    if parts.scheme not in {"http", "https"}:
        return title
    return f"[{title}](<{_UNSAFE.sub(_percent, source.url)}>)"


_UNSAFE = re.compile(r"[<>\s\\]")


def _percent(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"


def notice(event: NoticeEvent) -> Message:
    """A notice of the stream, with its title in front."""
    title = f"{event.title}: " if event.title else ""
    return note_message(event.level, title + event.message)
