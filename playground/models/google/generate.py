"""The replies of Google's generateContent → an answer. Each part is kept as it came, with its signature."""

import json
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import Any, Literal, TypeAlias

from agents.items import TResponseStreamEvent

from playground.models.answer import Answer
from playground.models.google.ending import Ending, Outcome, spent
from playground.models.google.sources import grounds, search_item
from playground.models.reading import Frame, inner

Events: TypeAlias = Iterator[TResponseStreamEvent]
Prose: TypeAlias = Literal["text", "thought"]

_OUTCOMES: dict[str, Outcome] = {
    "STOP": "completed",
    "MAX_TOKENS": "max_output_tokens",
    "CONTINUATION": "unfinished",
    "MALFORMED_FUNCTION_CALL": "misused",
    "UNEXPECTED_TOOL_CALL": "misused",
    "TOO_MANY_TOOL_CALLS": "misused",
    "MISSING_THOUGHT_SIGNATURE": "misused",
    "MALFORMED_RESPONSE": "malformed",
    "FINISH_REASON_UNSPECIFIED": "cut",
    "": "cut",
}
"""What is not among them withholds the answer for what is in it."""
_USAGE = (
    "promptTokenCount",
    "toolUsePromptTokenCount",
    "cachedContentTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
)


class GenerationReader:
    """Turns the replies to one request into an answer, and of those that go on with it.

    `taken` are call ids that were used before: a server that uses one again gets one of ours instead.
    """

    def __init__(self, answer: Answer, origin: str, taken: Collection[str] = ()) -> None:
        self._answer = answer
        self._origin = origin
        self._taken = set(taken)
        self._ending = Ending(answer)
        self._kind: Prose | None = None
        self._parts: list[Frame] = []
        self._searched: list[Frame] = []
        self._has_searched = False
        self._calls = 0
        self._texts: list[str] = []
        self._grounding: Frame = {}
        self._usage: Frame = {}
        self._reason = self._token = ""

    @property
    def token(self) -> str:
        """What the next request has to send to go on; empty if the answer is over."""
        return self._ending.token

    def feed(self, frames: list[Frame]) -> Events:
        """One network chunk; what belongs to one part in it becomes one delta."""
        parts = (part for frame in frames for part in self._parts_of(frame))
        for kind, group in groupby(parts, key=_prose):
            if kind is None:
                for part in group:
                    yield from self._other(part)
            else:
                yield from self._add(kind, list(group))

    def finish(self) -> Events:
        """The clean end of the stream. It is the answer's end only if Google said so."""
        outcome = _OUTCOMES.get(self._reason, "content_filter")
        if outcome != "unfinished":
            yield from self._close_search()
            yield from self._settle()
        usage, self._usage, self._reason = self._usage, {}, ""
        yield from self._ending.reached(outcome, spent(usage, *_USAGE), self._token)

    def withheld(self) -> Events:
        """The end of an answer that Google broke off for what is in it."""
        yield from self._settle()
        yield from self._ending.reached("content_filter", spent(self._usage, *_USAGE))

    def _parts_of(self, frame: Frame) -> Iterable[Frame]:
        self._usage = inner(frame, "usageMetadata") or self._usage
        self._reason = inner(frame, "promptFeedback").get("blockReason") or self._reason
        candidates: list[Frame] = frame.get("candidates") or []
        for candidate in candidates[:1]:
            yield from inner(candidate, "content").get("parts") or ()
            self._grounding = inner(candidate, "groundingMetadata") or self._grounding
            self._reason = candidate.get("finishReason") or self._reason
            self._token = candidate.get("continuationToken") or ""

    def _add(self, kind: Prose, parts: list[Frame]) -> Events:
        parts = [part for part in parts if part["text"] or part.get("thoughtSignature")]
        if not parts:
            return
        yield from self._close_search()
        if self._kind != kind:
            yield from self._close()
        text = "".join(part["text"] for part in parts)
        if not text and self._kind is None:  # a signature with nothing before it that could carry it
            yield from self._answer.think()
            yield from self._answer.close(parts=parts)
            return
        self._kind = kind
        for part in parts:
            _keep(self._parts, part)
        if kind == "text":
            self._texts.append(text)
        if text:
            yield from self._answer.add(kind, text)

    def _other(self, part: Frame) -> Events:
        if "functionCall" in part:
            yield from self._close_search()
            yield from self._close()
            yield from self._call(part)
        elif "toolCall" in part or "toolResponse" in part:
            yield from self._close()
            self._searched.append(part)

    def _call(self, part: Frame) -> Events:
        told = part["functionCall"]
        call_id = told.get("id")
        if call_id in self._taken:
            call_id = None
        self._taken.add(str(call_id))
        self._calls += 1
        yield from self._answer.call(self._calls, told["name"], call_id, parts=[part])
        yield from self._answer.arguments(self._calls, json.dumps(told.get("args") or {}, ensure_ascii=False))

    def _close(self) -> Events:
        """Ends the prose that is open, if any is."""
        yield from self._settle()
        if self._kind is not None:
            yield from self._answer.close()
        self._kind, self._parts, self._texts = None, [], []

    def _settle(self) -> Events:
        """Leaves with the open prose what it cites and the parts it is made of."""
        self._answer.keep(parts=self._parts)
        if self._kind == "thought":
            self._answer.seal(_signature(self._parts))
        if self._kind == "text":
            yield from self._cite()

    def _cite(self) -> Events:
        if not self._grounding:
            return
        grounding, self._grounding = self._grounding, {}
        for annotation in grounds(grounding, "".join(self._texts)):
            yield from self._answer.note(annotation)
        if (queries := grounding.get("webSearchQueries")) and not self._has_searched:
            self._has_searched = True
            yield from self._answer.whole(search_item(self._origin, queries))

    def _close_search(self) -> Events:
        parts, self._searched = self._searched, []
        if parts:
            self._has_searched = True
            queries = [query for part in parts for query in _queries(part)]
            yield from self._answer.whole(search_item(self._origin, queries, parts=parts))


def _queries(part: Frame) -> Iterable[Any]:
    return inner(inner(part, "toolCall"), "args").get("queries") or ()


def _signature(parts: list[Frame]) -> str | None:
    return next((part["thoughtSignature"] for part in reversed(parts) if part.get("thoughtSignature")), None)


def _keep(parts: list[Frame], part: Frame) -> None:
    """The part as it came; joined with the one before it only if that is a piece of the same, unsigned text."""
    if parts and "thoughtSignature" not in part and parts[-1].keys() == part.keys():
        parts[-1] = {**parts[-1], "text": parts[-1]["text"] + part["text"]}
    else:
        parts.append(part)


def _prose(part: Frame) -> Prose | None:
    if not isinstance(part.get("text"), str):
        return None
    return "thought" if part.get("thought") else "text"
