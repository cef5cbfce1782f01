"""From a thread to chat messages. Pure: no component, no clock, no store.

Every value that a visitor, a model or a provider wrote goes in as text or Markdown for the sanitising chat
component; where markup of our own surrounds it, it is escaped. A message never has a key called "path": Gradio
would take it for a file to serve.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from chatkit.types import (
    AssistantMessageItem,
    ClientToolCallItem,
    CustomTask,
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

from playground.compare.answers import Source, answer, sources
from playground.compare.drawing.citations import address, marked, source_line
from playground.compare.drawing.markdown import plain
from playground.compare.drawing.messages import file_link
from playground.compare.drawing.metrics import escaped
from playground.ui.mounts import item_placeholder

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


# -- items ------------------------------------------------------------------------------------------------------


def item_messages(item: ThreadItem, *, is_open: bool = False) -> list[Message]:
    """The messages of one item; none for what a reader does not see."""
    match item:
        case UserMessageItem():
            return [text_message("user", *_user_texts(item))]
        case AssistantMessageItem():
            return _answer(item, is_open=is_open)
        case WorkflowItem():
            return list(_tasks(item.workflow.tasks))
        case TaskItem():
            return list(_tasks([item.task]))
        case _:
            return _other(item)


def _user_texts(item: UserMessageItem) -> Iterator[str]:
    """What was said, and, as a block of its own that an edit leaves out, the files beside it."""
    text = "".join(part.text for part in item.content)
    quote = "".join(f"> {line}\n" for line in (item.quoted_text or "").splitlines())
    if said := f"{quote}\n{text}" if quote else text:
        yield said
    if item.attachments:
        yield f'<div class="files">{"".join(map(file_link, item.attachments))}</div>'


def _answer(item: AssistantMessageItem, *, is_open: bool) -> list[Message]:
    said = answer(item)
    if not said.text.strip():
        return [text_message("assistant", WAITING)] if is_open else []
    listed = source_list(sources(item))
    text = marked(said)
    return [text_message("assistant", f"{text}\n\n{listed}" if listed else text)]


def _other(item: ThreadItem) -> list[Message]:
    match item:
        case ClientToolCallItem(status="completed"):  # the step that asked for it shows the result
            return []
        case ClientToolCallItem() | WidgetItem() | GeneratedImageItem() | StructuredInputItem():
            return [text_message("assistant", item_placeholder(item))]
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


def source_list(found: Iterable[Source]) -> str:
    """The cited sources as a numbered Markdown list; empty if there are none."""
    lines = [f"{number}. {source_line(source)}" for number, source in enumerate(found, 1)]
    return "\n".join(["**Sources**", "", *lines]) if lines else ""


def _link(source: URLSource) -> str:
    parts = urlsplit(source.url)
    title = plain(source.title or parts.netloc)
    if parts.scheme not in {"http", "https"}:
        return title
    return f"[{title}](<{address(source.url)}>)"


def notice(event: NoticeEvent) -> Message:
    """A notice of the stream, with its title in front."""
    title = f"{event.title}: " if event.title else ""
    return note_message(event.level, title + event.message)
