"""Turns the frames of Anthropic's Messages into an answer."""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Literal, TypeAlias

import orjson
from agents.items import TResponseStreamEvent

from playground.models.answer import Answer, Cut
from playground.models.anthropic.blocks import OpenBlock
from playground.models.anthropic.content import Block
from playground.models.anthropic.told import refusal_of, search_of, source_of, usage_of
from playground.models.reading import Frame, inner
from playground.models.reasons import StreamFailure

Events: TypeAlias = list[TResponseStreamEvent]

_CUTS: Mapping[str, Cut] = {"max_tokens": "max_output_tokens", "model_context_window_exceeded": "max_output_tokens"}


class Reader:
    """Reads one answer, which may come in several messages: the provider pauses long turns and goes on when asked.

    `paused` tells after a message whether to ask for the rest; `so_far` are the blocks to send back for it.
    """

    def __init__(self, answer: Answer, origin: str) -> None:
        self._answer = answer
        self._origin = origin
        self._blocks: dict[int, OpenBlock] = {}
        self._searches: dict[str, Block] = {}
        self._usages: list[Frame] = []
        self._stop: str | None = None
        self._details: Frame = {}
        self.so_far: list[Block] = []
        self.paused = False
        self._handlers: dict[str, Callable[[int, list[Frame]], Events]] = {
            "message_start": self._start,
            "content_block_start": self._open,
            "text_delta": self._text,
            "thinking_delta": self._thought,
            "signature_delta": self._sign,
            "citations_delta": self._cite,
            "input_json_delta": self._arguments,
            "content_block_stop": self._close,
            "message_delta": self._told,
        }

    def feed(self, frames: list[Frame]) -> Iterator[TResponseStreamEvent]:
        """One network chunk; neighbouring deltas of one block in it become one."""
        for (kind, index), group in groupby(frames, key=_place):
            if handler := self._handlers.get(kind):
                yield from handler(index, list(group))

    def finish(self) -> Events:
        """The clean end of a message: the answer's end, or a pause."""
        match self._stop:
            case None:
                raise StreamFailure("cut")
            case "pause_turn":
                self.paused = True
                self.so_far += [block for opened in self._blocks.values() if _may_return(block := opened.whole())]
                return []
            case "refusal":
                return self._refuse()
            case "model_context_window_exceeded" if not self._answer.has_text:
                raise StreamFailure("context_length")
            case stop:
                return self._end(_CUTS.get(stop))

    def _refuse(self) -> Events:
        """An answer that was stopped on its way is a cut one; in any case none of its tools may be called."""
        said = self._answer.has_text
        words = [] if said else self._answer.add("refusal", refusal_of(self._details))
        return [*words, *self._end("content_filter" if said or self._answer.has_calls else None)]

    def _end(self, cut: Cut | None) -> Events:
        return self._answer.end(usage_of(self._usages), cut)

    def _start(self, _: int, frames: list[Frame]) -> Events:
        self._blocks, self._stop, self._details, self.paused = {}, None, {}, False
        self._usages.append(_known(inner(inner(frames[-1], "message"), "usage")))
        return []

    def _told(self, _: int, frames: list[Frame]) -> Events:
        for frame in frames:
            delta = inner(frame, "delta")
            self._stop = delta.get("stop_reason") or self._stop
            self._details = inner(delta, "stop_details") or self._details
            if not self._usages:
                self._usages.append({})
            self._usages[-1] |= _known(inner(frame, "usage"))  # its numbers are totals, not more of them
        return []

    def _open(self, index: int, frames: list[Frame]) -> Events:
        raw: Block = frames[0]["content_block"]
        block = self._blocks[index] = OpenBlock(raw)
        match block.kind:
            case "text":
                return [*self._answer.part(), *self._grow(block, "text", raw.get("text") or "")]
            case "thinking":
                block.signature = raw.get("signature") or ""
                return [*self._answer.think(), *self._grow(block, "thought", raw.get("thinking") or "")]
            case "redacted_thinking":
                return self._answer.think()
            case "tool_use":
                return self._answer.call(self._key(index), raw["name"], raw["id"])
            case "server_tool_use" if raw["name"] == "web_search":
                self._searches[raw["id"]] = raw
            case "web_search_tool_result":
                return self._searched(raw)
            case _:
                pass  # other tools of the provider's: it tells itself what came of them
        return []

    def _text(self, index: int, frames: list[Frame]) -> Events:
        return self._grow(self._blocks[index], "text", "".join(frame["delta"]["text"] for frame in frames))

    def _thought(self, index: int, frames: list[Frame]) -> Events:
        return self._grow(self._blocks[index], "thought", "".join(frame["delta"]["thinking"] for frame in frames))

    def _grow(self, block: OpenBlock, kind: Literal["text", "thought"], text: str) -> Events:
        if not text:
            return []
        block.pieces.append(text)
        return self._answer.add(kind, text)

    def _sign(self, index: int, frames: list[Frame]) -> Events:
        self._blocks[index].signature += "".join(frame["delta"]["signature"] for frame in frames)
        return []

    def _cite(self, index: int, frames: list[Frame]) -> Events:
        self._blocks[index].citations += [frame["delta"]["citation"] for frame in frames]
        return []

    def _arguments(self, index: int, frames: list[Frame]) -> Events:
        block, text = self._blocks[index], "".join(frame["delta"]["partial_json"] for frame in frames)
        block.pieces.append(text)
        return self._answer.arguments(self._key(index), text)

    def _close(self, index: int, _: list[Frame]) -> Events:
        block = self._blocks[index]
        match block.kind:
            case "text":
                return self._sources(block)
            case "thinking" if block.signature:
                self._answer.seal(block.signature, blocks=[block.whole()])
                return self._answer.close()
            case "redacted_thinking":
                self._answer.seal(block.raw["data"], blocks=[block.raw])
                return self._answer.close()
            case "tool_use" if not block.text:
                return self._answer.arguments(self._key(index), orjson.dumps(block.raw.get("input") or {}).decode())
            case "server_tool_use" if block.raw["id"] in self._searches:
                self._searches[block.raw["id"]] = block.whole()
            case _:
                pass
        return []

    def _sources(self, block: OpenBlock) -> Events:
        """They may come before the words they stand for, so they are told when the block is over."""
        urls = [citation for citation in block.citations if citation.get("url")]
        return [event for citation in urls for event in self._answer.note(source_of(citation, len(block.text)))]

    def _searched(self, result: Block) -> Events:
        use = self._searches.pop(result["tool_use_id"], None)
        return self._answer.whole(search_of(self._origin, use, result)) if use else []

    def _key(self, index: int) -> tuple[int, int]:
        return len(self._usages), index


def _place(frame: Frame) -> tuple[str, int]:
    """What kind of frame it is, and of which block."""
    kind, index = frame["type"], frame.get("index", 0)
    return (frame["delta"]["type"] if kind == "content_block_delta" else kind), index


def _may_return(block: Block) -> bool:
    """Whether the provider takes the block back: not without a word in it, nor a thought it did not sign."""
    needed = {"text": "text", "thinking": "signature"}.get(block["type"])
    return needed is None or bool(str(block[needed]).strip())


def _known(usage: Frame) -> Frame:
    return {name: value for name, value in usage.items() if value is not None}
