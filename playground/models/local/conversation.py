"""A conversation in the form that a small model's chat template takes: plain texts that alternate.

Tool calls and their results are told as part of the message they were made for. Small models read that far better
than their template's own form, and no template is strict about it; dropping old turns can then never part a call
from its result.
"""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, TypedDict

_HANDFUL = 4
LONGEST_RESULT = 2000
"""A longer tool result is cut to this many characters: the whole window is about six times as long."""


Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"


class ChatMessage(TypedDict):
    """One message as Chat Completions has it."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass
class _Turn:
    said: list[str] = field(default_factory=list[str])
    calls: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    answers: list[str] = field(default_factory=list[str])

    def messages(self) -> list[ChatMessage]:
        """The turn as at most two messages."""
        user: ChatMessage = {"role": "user", "content": "\n\n".join(self.said)}
        answer: ChatMessage = {"role": "assistant", "content": "\n\n".join(self.answers)}
        return [message for message in (user, answer) if message["content"]]


@dataclass(frozen=True)
class Conversation:
    """`system` may be empty; `calls` are the (tool, arguments) of the newest turn."""

    system: str
    turns: tuple[tuple[ChatMessage, ...], ...]
    calls: tuple[tuple[str, str], ...]

    def messages(self) -> list[ChatMessage]:
        """All turns, oldest first, without the system text."""
        return [message for turn in self.turns for message in turn]

    def fitted(self, tokens: int) -> "Conversation":
        """Without the oldest turns that do not fit into `tokens`; the newest one stays in any case.

        Turns go by the handful, so that the next request mostly begins as this one does: the server need not read
        again what it has read.
        """
        sizes = [sum(rough_tokens(message["content"]) for message in turn) for turn in self.turns]
        newest_last = list(itertools.accumulate(reversed(sizes)))
        dropped = sum(size > tokens for size in newest_last)
        handfuls = -(-dropped // _HANDFUL) * _HANDFUL
        return replace(self, turns=self.turns[min(handfuls, len(self.turns) - 1) :])


def rough_tokens(text: str) -> int:
    """A count on the safe side for most languages, without asking the model."""
    return len(text.encode()) // 3 + 8


def read_conversation(system: str | None, items: str | Sequence[Any]) -> Conversation:
    """Reads the SDK's input items. What a small model cannot take, such as an image, is named instead."""
    systems, turns = [system or ""], [_Turn()]
    listed: Sequence[Any] = [{"role": "user", "content": items}] if isinstance(items, str) else items
    for item in listed:
        match item:
            case {"type": "function_call"}:
                turns[-1].calls[item["call_id"]] = (item["name"], item["arguments"])
            case {"type": "function_call_output"}:
                _note(turns[-1], item)
            case {"role": "user", "content": content}:
                turns.append(_Turn([_text(content)]))
            case {"role": "assistant", "content": content}:
                turns[-1].answers.append(_text(content))
            case {"role": "system" | "developer", "content": content}:
                systems.append(_text(content))
            case _:
                continue
    told = tuple(tuple(messages) for turn in _joined(turns) if (messages := turn.messages()))
    return Conversation("\n\n".join(filter(None, systems)), told, tuple(turns[-1].calls.values()))


def is_hand_off(name: str) -> bool:
    """Whether a call of this name passed the conversation to another agent, as the SDK names such tools."""
    return name.startswith("transfer_to_")


def _note(turn: _Turn, item: Mapping[str, Any]) -> None:
    """Tells a tool's result. A hand-off has none worth telling: the agent that reads this is its result."""
    name, arguments = turn.calls.get(item["call_id"], ("a tool", "{}"))
    if is_hand_off(name):
        return
    result = _text(item["output"])
    if len(result) > LONGEST_RESULT:
        result = f"{result[:LONGEST_RESULT]} … (cut)"
    turn.said.append(f"({name} {arguments} returned: {result})")


def _joined(turns: Iterable[_Turn]) -> list[_Turn]:
    """Makes one turn of a message that got no answer and the next one: templates want roles to alternate."""
    joined: list[_Turn] = []
    for turn in turns:
        if joined and not joined[-1].answers:
            joined[-1] = _Turn(joined[-1].said + turn.said, {}, turn.answers)
        else:
            joined.append(turn)
    return joined


def _text(content: Json) -> str:
    """The text of a message's content or of a tool's output: a string, a list of parts, or any JSON."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(map(_part, content))
    return json.dumps(content, ensure_ascii=False, default=str)


def _part(part: Json) -> str:
    match part:
        case {"text": str(text)} | {"refusal": str(text)}:
            return text
        case {"type": "input_image" | "image"}:
            return "(an image, which this model cannot see)"
        case {"type": "input_file"}:
            return "(a file, which this model cannot open)"
        case _:
            return json.dumps(part, ensure_ascii=False, default=str)
