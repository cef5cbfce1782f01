"""A thread's history, whoever wrote it, as Anthropic's messages."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, TypeAlias, cast

import orjson
from agents.exceptions import UserError
from agents.items import TResponseInputItem

from playground.models.anthropic.content import Block, given, said, text_block

Role: TypeAlias = Literal["user", "assistant", "system"]
Message: TypeAlias = dict[str, Any]
Piece: TypeAlias = tuple[Role, Block]

_BEFORE = "(The beginning of this conversation is left out.)"
_AFTER = "Continue."
_THOUGHTS = {"thinking", "redacted_thinking"}
_LEFT_OUT = {"file_search_call", "code_interpreter_call", "image_generation_call"}
"""What other providers did on their side; the message after it tells what came of it."""


def messages_of(
    history: str | Sequence[TResponseInputItem], origin: str, *, system: bool
) -> tuple[list[Block], list[Message]]:
    """The instructions that the history begins with, and the messages.

    `origin` is the full name of the model that is to read it: what it kept sealed comes back to it, unchanged. `system`
    tells whether it takes instructions later on, too; otherwise they become marked text of the user.

    Raises:
        UserError: something in the history cannot be told to Anthropic.
    """
    items: Any = [{"role": "user", "content": history}] if isinstance(history, str) else history
    pieces = [piece for item in items for piece in _pieces(item, origin)]
    first = next((at for at, (role, _) in enumerate(pieces) if role != "system"), len(pieces))
    turns = _turns(pieces[first:])
    if not turns or turns[0][0] != "user":
        turns.insert(0, ("user", text_block(_BEFORE if turns else _AFTER)))
    if turns[-1][0] == "assistant":
        turns.append(("user", text_block(_AFTER)))
    return [block for _, block in pieces[:first]], [
        message for role, blocks in turns for message in _messages(role, blocks, later=system)
    ]


def _pieces(item: Block, origin: str) -> Iterator[Piece]:
    match item.get("type") or "message":
        case "message":
            yield from _message(item)
        case "reasoning" | "web_search_call":
            for block in _kept(item, origin):
                yield "assistant", block
        case "function_call":
            call = {"type": "tool_use", "id": legal_id(item["call_id"]), "name": item["name"]}
            yield "assistant", call | {"input": _object(item.get("arguments"))}
        case "function_call_output":
            yield "user", _result(item)
        case kind if kind not in _LEFT_OUT:
            raise UserError(f"Anthropic's models cannot read a conversation with {kind} in it.")
        case _:
            return


def _message(item: Block) -> Iterator[Piece]:
    role, content = item.get("role"), item.get("content")
    who: Role = "user"
    if role in {"system", "developer"}:
        who = "system"
    elif role == "assistant":
        who = "assistant"
    for block in given(content) if who == "user" else said(content):
        yield who, block


def _kept(item: Block, origin: str) -> list[Block]:
    """The blocks as this very model sent them; a thought without its signature never has any."""
    data: Block = item.get("provider_data") or {}
    return list(data.get("blocks") or ()) if data.get("model") == origin else []


def _result(item: Block) -> Block:
    output = item.get("output")
    result = {"type": "tool_result", "tool_use_id": legal_id(item["call_id"])}
    content = output if isinstance(output, str) and output.strip() else given(output)
    return result | {"content": content} if content else result


def legal_id(call_id: str) -> str:
    """The id of a call and of its result, as Anthropic allows them."""
    if re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", call_id):
        return call_id
    return f"toolu_{hashlib.sha256(call_id.encode()).hexdigest()[:24]}"


def _object(arguments: Any) -> Block:
    try:
        value = orjson.loads(arguments or "{}")
    except orjson.JSONDecodeError:
        value = arguments
    return cast("Block", value) if isinstance(value, dict) else {"arguments": value}


def _turns(pieces: Sequence[Piece]) -> list[tuple[Role, list[Block]]]:
    """User and assistant in turn. A call and its result both stay or both go, and results follow their calls at once.

    What the system says in between belongs to the user's turn.
    """
    calls = _first(pieces, "tool_use", "id")
    results = _first(pieces, "tool_result", "tool_use_id")
    turns = _Turns({key: result for key, result in results.items() if key in calls})
    for role, block in pieces:
        if block["type"] == "tool_use":
            if block is calls[block["id"]] and block["id"] in results:
                turns.add("assistant", block)
        elif block["type"] == "tool_result":
            if block["tool_use_id"] in calls:
                turns.settle()
        else:
            turns.add("assistant" if role == "assistant" else "user", _marked(role, block))
    turns.settle()
    return turns.done


def _first(pieces: Iterable[Piece], kind: str, key: str) -> dict[str, Block]:
    found: dict[str, Block] = {}
    for _, block in pieces:
        if block["type"] == kind:
            found.setdefault(block[key], block)
    return found


def _marked(role: Role, block: Block) -> Block:
    return {"type": "system", "text": block["text"]} if role == "system" else block


class _Turns:
    """Turns in the making; `results` are given out right after the turn that called for them."""

    def __init__(self, results: dict[str, Block]) -> None:
        self.done: list[tuple[Role, list[Block]]] = []
        self._results = results

    def add(self, role: Role, block: Block) -> None:
        """One more block; neighbours of one role are one turn."""
        if self._role() != role:
            self.settle()
        if self._role() != role:
            self.done.append((role, []))
        self.done[-1][1].append(block)

    def settle(self) -> None:
        """Ends an assistant's turn, if one is open: it may not end in a thought, and its calls get their results."""
        if self._role() != "assistant":
            return
        blocks = self.done[-1][1]
        while blocks and blocks[-1]["type"] in _THOUGHTS:
            blocks.pop()
        if not blocks:
            self.done.pop()
        if results := [self._results[block["id"]] for block in blocks if block["type"] == "tool_use"]:
            self.done.append(("user", results))

    def _role(self) -> Role | None:
        return self.done[-1][0] if self.done else None


def _messages(role: Role, blocks: list[Block], *, later: bool) -> Iterator[Message]:
    """A turn as one message, and one more for the system's words if they end a user's turn and may be sent as such."""
    end = len(blocks)
    while later and end and blocks[end - 1]["type"] == "system":
        end -= 1
    if not end:
        end = len(blocks)  # nothing of the user comes before them
    yield {"role": role, "content": [_tagged(block) for block in blocks[:end]]}
    if blocks[end:]:
        yield {"role": "system", "content": [{**block, "type": "text"} for block in blocks[end:]]}


def _tagged(block: Block) -> Block:
    if block["type"] != "system":
        return block
    return {"type": "text", "text": f"<system>\n{block['text']}\n</system>"}
