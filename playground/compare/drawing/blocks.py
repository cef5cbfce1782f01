"""What is shown of a thread's items in a lane, as blocks of safe HTML. Pure.

Whatever a visitor, a model, a tool or a provider wrote is Markdown that was cleaned, or is escaped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import orjson
from chatkit.types import (
    ClientToolCallItem,
    CustomTask,
    StructuredInputItem,
    Task,
    TaskItem,
    ThreadItem,
    WorkflowItem,
)

from playground import wire
from playground.compare.answers import Source, Sources
from playground.compare.drawing.markdown import escaped, rendered
from playground.compare.drawing.widgets import words
from playground.compare.parts import Form, Image, Part, Step, Thought, ToolCall, Widget, parts
from playground.runs.activity import STOOD_IN

Kind = Literal["user", "answer", "step", "thought", "note", "metrics", "waiting", "mount"]

DOTS = '<span class="dots" title="Working"><i></i><i></i><i></i></span>'
_NAMELESS = frozenset({"", "Thinking", "Thought"})


@dataclass(frozen=True, slots=True)
class Turn:
    """What a block belongs to: a run, its round, and how many runs answered the same message.

    Of one that is `told` it may be known who answers.
    """

    run: str | None = None
    round: str | None = None
    versions: int = 0
    told: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a lane. `id` is unique in it, `item` the thread item it came from, `step` its place in a workflow.

    `text`, `versions` and `files`, the ids of attachments, are a visitor's message's, `tool` a finished tool call's.
    `mount` is an item that the browser draws, and can be used there; `html` is for where it cannot.
    """

    id: str
    kind: Kind
    html: str
    item: str | None = None
    step: int | None = None
    run: str | None = None
    round: str | None = None
    text: str | None = None
    versions: int | None = None
    tool: dict[str, Any] | None = None
    mount: dict[str, Any] | None = None
    files: tuple[str, ...] = ()

    @property
    def json(self) -> str:
        """One line of JSON."""
        try:
            return orjson.dumps(self).decode()
        except TypeError:  # half a character: stored text has none
            return orjson.dumps(wire.clean(asdict(self))).decode()

    def of(self, turn: Turn) -> "Block":
        """The block with what it belongs to."""
        return replace(self, run=turn.run, round=turn.round)


def note_block(block_id: str, level: str, text: str) -> Block:
    """A line of the playground's own. `level` is info, warning or danger."""
    return Block(block_id, "note", f'<div class="note {level}" role="status">{escaped(text)}</div>')


def waiting_block(block_id: str) -> Block:
    """A sign of life."""
    return Block(block_id, "waiting", DOTS)


# -- answers ----------------------------------------------------------------------------------------------------


def answer_block(item_id: str, number: int, html: str, turn: Turn) -> Block:
    """One block of an answer's Markdown, which is drawn already."""
    return Block(f"{item_id}.{number}", "answer", html, item=item_id).of(turn)


def source_block(item: ThreadItem, turn: Turn) -> Block | None:
    """What an answer refers to, each source once."""
    listed = "".join(_source(one) for part in parts(item) if isinstance(part, Sources) for one in part.sources)
    shown = f'<div class="sources"><ol>{listed}</ol></div>'
    return Block(f"{item.id}.sources", "answer", shown, item=item.id).of(turn) if listed else None


def _source(source: Source) -> str:
    about = f" <small>{escaped(source.about)}</small>" if source.about else ""
    if not source.url:
        return f"<li>{escaped(source.title)}{about}</li>"
    leads = 'target="_blank" rel="noopener noreferrer nofollow"'
    return f'<li><a href="{escaped(source.url)}" {leads}>{escaped(source.title or source.url)}</a>{about}</li>'


# -- steps ------------------------------------------------------------------------------------------------------


def step_blocks(item: ThreadItem, turn: Turn) -> list[tuple[Block, bool]]:
    """A block for each step, and whether it is finished. Thoughts tell who thinks: of one not told there are none."""
    made: list[tuple[Block, bool]] = []
    for index, (task, part) in enumerate(zip(_tasks(item), parts(item), strict=True)):
        if turn.told or not isinstance(part, Thought):
            made.append((_step_block(item.id, index, task, part).of(turn), task.status_indicator == "complete"))
    return made


def _tasks(item: ThreadItem) -> Sequence[Task]:
    match item:
        case WorkflowItem():
            return item.workflow.tasks
        case TaskItem():
            return [item.task]
        case _:
            return ()


def _step_block(item_id: str, index: int, task: Task, part: Part) -> Block:
    classes = {"loading": "pending", "none": "waits"}.get(task.status_indicator, "")
    block_id = f"{item_id}.{index}"
    match part:
        case Thought():
            title = "Reasoning" if part.title in _NAMELESS else f"Reasoning · {escaped(part.title)}"
            shown = _fold(f"thought {classes}", title, rendered(part.text))
            return Block(block_id, "thought", shown, item=item_id, step=index)
        case ToolCall():
            return Block(
                block_id,
                "step",
                _fold(f"step tool {classes}{' failed' if part.failed else ''}", _called(part), _exchange(part)),
                item=item_id,
                step=index,
                tool=_tool(part),
            )
        case Step():
            kind = "handoff" if isinstance(task, CustomTask) and task.icon == "agent" else "other"
            shown = _fold(f"step {kind} {classes}", escaped(part.title), rendered(part.text))
            return Block(block_id, "step", shown, item=item_id, step=index)
        case _:
            return Block(block_id, "step", _fold("step other", "Step", ""), item=item_id, step=index)


def _fold(classes: str, title: str, body: str) -> str:
    named = " ".join(classes.split())
    return f'<details class="{named}"><summary>{title}</summary><div class="body">{body}</div></details>'


def _called(call: ToolCall) -> str:
    facts = f' <span class="facts">{escaped(call.note)}</span>' if call.note else ""
    return f"<code>{escaped(call.name)}</code>{facts}"


def _exchange(call: ToolCall) -> str:
    sections = [("Arguments", call.arguments or None), ("Error" if call.failed else "Result", call.result)]
    return "".join(f"<p>{name}</p><pre>{escaped(text)}</pre>" for name, text in sections if text is not None)


def _tool(call: ToolCall) -> dict[str, Any] | None:
    """What a visitor may put another result in place of; a call without one is none of these."""
    if call.result is None:
        return None
    return {
        "name": call.name,
        "arguments": call.arguments,
        "output": call.result,
        "failed": call.failed,
        "shared": call.shared,
        "stood_in": STOOD_IN in call.note.split(" · "),
    }


# -- the rest ---------------------------------------------------------------------------------------------------


def other_blocks(item: ThreadItem, turn: Turn) -> Iterator[Block]:
    """What the browser draws, and in place of it what it says."""
    for part in parts(item):
        match part:
            case ToolCall() if part.result is not None:
                shown = _fold("step tool", _called(part), _exchange(part))
                yield Block(item.id, "step", shown, item=item.id).of(turn)
            case ToolCall():
                shown = _fold("step tool waits", _called(part), _exchange(part))
                yield Block(item.id, "mount", shown, item=item.id, mount=wire.payload(item)).of(turn)
            case Widget() | Form() | Image():
                yield Block(item.id, "mount", rendered(words(part)), item=item.id, mount=wire.payload(item)).of(turn)
            case _:
                pass


def waits(item: ThreadItem) -> bool:
    """Whether an item is there for the visitor, or the visitor's browser, to answer."""
    return isinstance(item, ClientToolCallItem | StructuredInputItem) and item.status == "pending"


def progress_block(block_id: str, text: str, icon: str | None) -> Block:
    """A line of an agent's own about what it does just now."""
    shown = f'<p class="progress">{escaped(text)}</p>'
    line = {"type": "progress", "id": block_id, "text": text, **({"icon": icon} if icon else {})}
    return Block(block_id, "waiting", shown, mount=line)
