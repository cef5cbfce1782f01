"""OpenAI's Responses. The SDK's own model, but the bytes of its stream are read here: a third of the work per token."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openai
from agents import ModelResponse, ModelSettings
from agents.items import TResponseStreamEvent
from agents.models.openai_responses import (
    OpenAIResponsesModel,
)
from agents.models.openai_responses import (
    _construct_response_stream_event_from_payload as construct,  # pyright: ignore[reportPrivateUsage]
)
from agents.models.openai_responses import (
    _ResponseStreamWithRequestId as RequestStream,  # pyright: ignore[reportPrivateUsage]
)
from openai.types.responses import (
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseReasoningSummaryTextDeltaEvent,
    ResponseTextDeltaEvent,
)
from openai.types.shared import Reasoning
from pydantic import ValidationError
from typing_extensions import override

from playground.capabilities import capabilities_of
from playground.models.history import for_responses
from playground.models.reading import Frame, collected, events_of, inner
from playground.models.reasons import StreamFailure
from playground.models.tuning import fitted

_DELTAS: dict[str, type[Any]] = {
    "response.output_text.delta": ResponseTextDeltaEvent,
    "response.reasoning_summary_text.delta": ResponseReasoningSummaryTextDeltaEvent,
    "response.function_call_arguments.delta": ResponseFunctionCallArgumentsDeltaEvent,
}
_PLACE = ("type", "item_id", "content_index", "summary_index")
_OF_A_PART = ("response.content_part.", "response.output_text.", "response.refusal.", "response.reasoning_summary_")
_SEALED = "reasoning.encrypted_content"


class ResponsesModel(OpenAIResponsesModel):
    """A model at OpenAI, without server-side state: nothing is stored there, thoughts come back sealed.

    Besides the SDK's own exceptions it raises `StreamFailure`. An answer cut by the token limit or the content
    filter ends in `response.completed` whose `response.status` is `incomplete`.
    """

    _summaries = True

    @override
    async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
        return await collected(self.stream_response(*args, **kwargs))

    @override
    async def _fetch_response(self, *args: Any, **kwargs: Any) -> Any:
        """Sends the request, always as a stream: `get_response` collects it."""
        system, history, settings, *rest = args
        history = for_responses(history, f"openai/{self.model}")
        asked = self._summaries
        try:
            return await self._open(system, history, self._stateless(settings), *rest, **kwargs)
        except openai.BadRequestError as error:
            if error.param != "reasoning.summary" or not asked:
                raise
            self._summaries = False  # accounts that are not verified may not have them
        return await self._open(system, history, self._stateless(settings), *rest, **kwargs)

    async def _open(self, *args: Any, **kwargs: Any) -> RequestStream:
        names = ("system_instructions", "input", "model_settings", "tools", "output_schema", "handoffs")
        request = self._build_response_create_kwargs(**dict(zip(names, args, strict=True)), **kwargs)
        responses: Any = self._get_client().responses  # its overloads want a literal `stream`
        stream: openai.AsyncStream[Any] = await responses.create(**request)
        http = stream.response
        return RequestStream(
            events_of(http, _Reader(str(self.model))),
            request_id=http.headers.get("x-request-id"),
            cleanup=http.aclose,
        )

    def _stateless(self, settings: ModelSettings) -> ModelSettings:
        name = f"openai/{self.model}"
        settings = replace(fitted(name, settings), store=bool(settings.store))
        if not capabilities_of(name).efforts:
            return settings  # such models answer 400 to both of what follows
        reasoning = (settings.reasoning or Reasoning()).model_dump(exclude_none=True)
        summary = reasoning.pop("summary", "auto")
        if self._summaries:
            reasoning["summary"] = summary
        include = list(dict.fromkeys([*(settings.response_include or ()), _SEALED]))
        return replace(settings, reasoning=Reasoning.model_validate(reasoning), response_include=include)


class _Reader:
    """Turns frames into events: deltas are built directly and joined, all else goes the SDK's way."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._ended = self._answered = False
        self._count = 0
        self._places: dict[str, int] = {}

    def feed(self, frames: list[Frame]) -> Iterator[TResponseStreamEvent]:
        for frame in _joined(frames):
            self._place(frame)
            if frame["type"] in _DELTAS:
                self._answered |= frame["type"] != "response.reasoning_summary_text.delta"
                yield _delta(frame)
            else:
                yield self._other(frame)

    def finish(self) -> Iterator[TResponseStreamEvent]:
        if not self._ended:
            raise StreamFailure("cut")
        return iter(())

    def _place(self, frame: Frame) -> None:
        """Says where the event belongs, if the server does not: some only name its item, which has one part."""
        frame.setdefault("sequence_number", self._count)
        self._count += 1
        if item := frame.get("item_id") or inner(frame, "item").get("id"):
            frame.setdefault("output_index", self._places.setdefault(item, len(self._places)))
            if frame["type"].startswith(_OF_A_PART):
                frame.setdefault("summary_index" if "summary" in frame["type"] else "content_index", 0)

    def _other(self, frame: Frame) -> TResponseStreamEvent:
        if frame["type"] == "response.incomplete":
            frame = _completed(frame)
        if frame["type"] == "response.completed":
            self._ended = True
            self._look(*(frame["response"].get("output") or ()))
            if not self._answered:
                raise StreamFailure("empty")
        elif frame["type"] == "response.output_item.done":
            self._look(frame["item"])
        return construct(frame)

    def _look(self, *items: Frame) -> None:
        """Signs thoughts, which only the model that had them can open (`history` reads it), and knows an answer."""
        for item in items:
            match item.get("type"):
                case "reasoning":
                    item["provider_data"] = {"model": f"openai/{self._model}"}
                case "message":
                    self._answered |= any(map(_said, item.get("content") or ()))
                case _:
                    self._answered = True


def _delta(frame: Frame) -> TResponseStreamEvent:
    try:
        event: TResponseStreamEvent = _DELTAS[frame["type"]](**frame)
    except ValidationError:  # a gateway that leaves fields out, which the SDK forgives
        return construct(frame)
    return event


def _joined(frames: list[Frame]) -> list[Frame]:
    """Neighbouring deltas of one item, as one."""
    joined: list[Frame] = []
    last: tuple[Any, ...] | None = None
    for frame in frames:
        place = tuple(map(frame.get, _PLACE)) if frame.get("type") in _DELTAS else None
        if place is None or place != last:
            joined.append(frame)
        else:
            joined[-1]["delta"] += frame["delta"]
        last = place
    return joined


def _said(part: Frame) -> str:
    return str(part.get("text") or part.get("refusal") or "").strip()


def _completed(frame: Frame) -> Frame:
    """A cut answer as a completed one that says so: the SDK would throw away what was already said."""
    response = inner(frame, "response")
    output: list[Frame] = [item for item in response.get("output") or () if item.get("type") != "function_call"]
    if not any(_said(part) for item in output for part in item.get("content") or ()):
        details = inner(response, "incomplete_details")
        raise StreamFailure("safety" if details.get("reason") == "content_filter" else "too_short")
    return {**frame, "type": "response.completed", "response": {**response, "output": output}}
