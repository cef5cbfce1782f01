"""The events of Google's Interactions API → an answer. A step is put together again as the API takes it back."""

from collections.abc import Callable, Collection, Iterator
from itertools import groupby
from typing import Any, TypeAlias

from agents.items import TResponseStreamEvent

from playground.models.answer import Answer
from playground.models.google.assembly import IMPLIED, Step, place_of
from playground.models.google.ending import Ending, Outcome, spent
from playground.models.google.sources import citations, search_item
from playground.models.reading import Frame, inner
from playground.models.reasons import StreamFailure, kind_of_code

Events: TypeAlias = Iterator[TResponseStreamEvent]

_SEARCH = {"google_search_call", "google_search_result"}
_OUTCOMES: dict[str, Outcome] = {
    "completed": "completed",
    "requires_action": "completed",
    "incomplete": "max_output_tokens",
    "budget_exceeded": "max_output_tokens",
    "requires_continuation": "unfinished",
}
_USAGE = (
    "total_input_tokens",
    "total_tool_use_tokens",
    "total_cached_tokens",
    "total_output_tokens",
    "total_thought_tokens",
)


class InteractionReader:
    """Turns the events of an interaction into an answer, and of those that go on with it.

    `taken` are call ids that were used before: a server that uses one again gets one of ours instead.
    """

    def __init__(self, answer: Answer, origin: str, taken: Collection[str] = ()) -> None:
        self._answer = answer
        self._origin = origin
        self._taken = set(taken)
        self._ending = Ending(answer)
        self._steps: dict[Any, Step] = {}
        self._searched: list[Frame] = []
        self._said: Step | None = None
        self._resumes = False
        self._final: Frame = {}
        self._fault: Frame = {}
        self._on: dict[str, Callable[[Frame], Events]] = {
            "step.start": self._start,
            "step.delta": self._delta,
            "step.stop": self._stop,
            "interaction.completed": self._completed,
            "error": self._error,
        }

    @property
    def token(self) -> str:
        """What the next request has to send to go on; empty if the answer is over."""
        return self._ending.token

    def feed(self, frames: list[Frame]) -> Events:
        """One network chunk; what belongs to one step in it becomes one delta."""
        for place, group in groupby(frames, key=place_of):
            if place is None:
                for frame in group:
                    if handle := self._on.get(frame["event_type"]):
                        yield from handle(frame)
            else:
                yield from self._grow(*place, [inner(frame, "delta") for frame in group])

    def finish(self) -> Events:
        """The clean end of the stream. It is the answer's end only if Google said so."""
        for step in self._steps.values():
            yield from self._close(step)
        yield from self._close_search()
        outcome = self._outcome()
        usage = inner(self._final, "usage")
        token = str(self._final.get("continuation_token") or "")
        self._steps.clear()
        self._final = {}
        yield from self._ending.reached(outcome, spent(usage, *_USAGE), token)
        self._resumes = bool(self.token)

    def withheld(self) -> Events:
        """The end of an answer that Google broke off for what is in it."""
        yield from self._ending.reached("content_filter", spent(inner(self._final, "usage"), *_USAGE))

    def _outcome(self) -> Outcome:
        status = str(self._final.get("status"))
        if status == "failed":
            kind = kind_of_code(str(self._fault.get("code")), self._fault.get("message"))
            return "content_filter" if kind == "safety" else kind
        return _OUTCOMES.get(status, "cut")

    def _start(self, frame: Frame) -> Events:
        for before in self._steps.values():
            if before.raw["type"] == "thought":  # it cannot be sealed any more once something else is open
                yield from self._close(before)
        self._steps[frame["index"]] = step = Step(dict(frame["step"]))
        if step.raw["type"] not in _SEARCH:
            yield from self._close_search()
        if step.raw["type"] != "model_output":
            self._said = None
        yield from self._open(step)
        self._resumes = False

    def _open(self, step: Step) -> Events:
        match step.raw["type"]:
            case "thought":
                yield from self._open_thought(step)
            case "model_output":
                yield from self._open_output(step)
            case "function_call":
                yield from self._open_call(step)
            case "google_search_call" | "google_search_result":
                self._searched.append(step.raw)
            case _:
                pass

    def _open_thought(self, step: Step) -> Events:
        step.raw["summary"] = list(step.raw.get("summary") or ())
        yield from self._answer.think()
        for content in step.raw["summary"]:
            yield from self._add("thought", content.get("text"))

    def _open_output(self, step: Step) -> Events:
        self._fault = inner(step.raw, "error") or self._fault
        if not (self._resumes and self._said):  # else it is the same output, in another request
            yield from self._answer.part()
            self._said = step
        for content in step.raw.get("content") or ():
            yield from self._say([content.get("text")])
            yield from self._cite(content)

    def _open_call(self, step: Step) -> Events:
        call_id = step.raw.get("id")
        if call_id in self._taken:
            call_id = None
        self._taken.add(str(call_id))
        step.given = step.raw.pop("arguments", None)
        yield from self._answer.call(step, step.raw["name"], call_id, step=step.raw)

    def _delta(self, frame: Frame) -> Events:
        delta = inner(frame, "delta")
        kind = delta["type"]
        step = self._steps.get(frame["index"])
        if step is None and kind in IMPLIED:
            yield from self._start({"index": frame["index"], "step": {"type": IMPLIED[kind]}})
            step = self._steps[frame["index"]]
        if step is None:
            return
        if kind == "thought_signature":
            step.raw["signature"] = delta.get("signature")
        elif kind == "text_annotation_delta":
            yield from self._cite(delta)
        elif kind in _SEARCH:
            step.raw |= delta

    def _grow(self, index: Any, kind: str, deltas: list[Frame]) -> Events:
        if index not in self._steps:
            yield from self._delta({"index": index, "delta": {"type": kind}})
        step = self._steps.get(index)
        if step is None:
            return
        if kind == "text":
            yield from self._say([delta.get("text") for delta in deltas])
        elif kind == "thought_summary":
            contents = [delta["content"] for delta in deltas if delta.get("content")]
            step.think(contents)
            yield from self._add("thought", "".join(content.get("text") or "" for content in contents))
        else:
            text = "".join(delta.get("arguments") or "" for delta in deltas)
            step.has_deltas |= bool(text)
            yield from self._answer.arguments(step, text)

    def _say(self, texts: list[str | None]) -> Events:
        text = "".join(filter(None, texts))
        if self._said:
            self._said.texts.append(text)
        yield from self._add("text", text)

    def _add(self, kind: Any, text: str | None) -> Events:
        if text:
            yield from self._answer.add(kind, text)

    def _cite(self, told: Frame) -> Events:
        text = "".join(self._said.texts) if self._said else ""
        for annotation in citations(told.get("annotations") or (), text):
            yield from self._answer.note(annotation)

    def _stop(self, frame: Frame) -> Events:
        if step := self._steps.get(frame["index"]):
            yield from self._close(step)

    def _close(self, step: Step) -> Events:
        if step.is_over:
            return
        step.is_over = True
        if step.raw["type"] == "thought":
            self._answer.seal(step.raw.get("signature"), step=step.raw)
            yield from self._answer.close()
        elif step.raw["type"] == "function_call" and not step.has_deltas:
            yield from self._answer.arguments(step, step.arguments)

    def _close_search(self) -> Events:
        steps, self._searched = self._searched, []
        if steps:
            queries = [query for step in steps for query in inner(step, "arguments").get("queries") or ()]
            yield from self._answer.whole(search_item(self._origin, queries, steps=steps))

    def _completed(self, frame: Frame) -> Events:
        self._final = {"usage": inner(inner(frame, "metadata"), "total_usage"), **frame["interaction"]}
        return iter(())

    def _error(self, frame: Frame) -> Events:
        raise StreamFailure("server")
