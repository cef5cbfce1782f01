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
    GeneratedImageItem,
    StructuredInputItem,
    Task,
    TaskItem,
    ThreadItem,
    UserMessageItem,
    WidgetItem,
    WorkflowItem,
)

from playground import wire
from playground.compare.drawing.markdown import escaped, rendered
from playground.compare.parts import Part, Source, Sources, Step, Thought, ToolCall, parts
from playground.records import RunRecord
from playground.runs.activity import STOOD_IN

Kind = Literal["user", "answer", "step", "thought", "note", "metrics", "waiting"]

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

    `text` and `versions` are a visitor's message's, `tool` a finished tool call's.
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


def message_block(item: UserMessageItem, turn: Turn) -> Block:
    """A visitor's message."""
    text = "".join(part.text for part in item.content)
    quote = f'<blockquote class="quote">{escaped(item.quoted_text)}</blockquote>' if item.quoted_text else ""
    files = "".join(f'<span class="file">{escaped(one.name)}</span>' for one in item.attachments)
    shown = f'{quote}<div class="said">{escaped(text)}</div>{files}'
    return Block(item.id, "user", shown, item=item.id, text=text, versions=turn.versions).of(turn)


def queued_blocks(run: RunRecord) -> tuple[Block, Block]:
    """A message that waits to be sent."""
    turn = Turn(run.id, run.round)
    said = Block(run.id, "user", f'<div class="said">{escaped(run.input_text)}</div>', text=run.input_text)
    waits = note_block(f"{run.id}.waits", "info", "Waiting: this is sent when the answer above is finished.")
    return said.of(turn), waits.of(turn)


def note_block(block_id: str, level: str, text: str) -> Block:
    """A line of the playground's own. `level` is info, warning or danger."""
    return Block(block_id, "note", f'<div class="note {level}" role="status">{escaped(text)}</div>')


def waiting_block(block_id: str, words: str | None = None) -> Block:
    """A sign of life."""
    return Block(block_id, "waiting", f'<p class="progress">{escaped(words)}</p>' if words else DOTS)


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
    if not source.url:
        return f"<li>{escaped(source.title)}</li>"
    leads = 'target="_blank" rel="noopener noreferrer nofollow"'
    return f'<li><a href="{escaped(source.url)}" {leads}>{escaped(source.title or source.url)}</a></li>'


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
    """What only ChatKit clients can show is named."""
    match item:
        case ClientToolCallItem():
            shown = _fold("step tool", f"<code>{escaped(item.name)}</code> in the browser", "")
            yield Block(item.id, "step", shown, item=item.id).of(turn)
        case WidgetItem():
            text = item.copy_text or "*A widget, shown by ChatKit clients.*"
            yield Block(item.id, "answer", rendered(text), item=item.id).of(turn)
        case GeneratedImageItem():
            text = "An image was made; ChatKit clients show it."
            yield replace(note_block(item.id, "info", text), item=item.id).of(turn)
        case StructuredInputItem():
            asked = "".join(f"<li>{escaped(one.question)}</li>" for one in item.inputs)
            yield Block(item.id, "answer", f"<p>The agent asks:</p><ul>{asked}</ul>", item=item.id).of(turn)
        case _:
            pass
