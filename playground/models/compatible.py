"""Any server that speaks OpenAI's Chat Completions, answering with the events of Responses."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal, TypeAlias

import orjson
from agents import AgentOutputSchemaBase, Handoff, ModelResponse, ModelSettings, ModelTracing, Tool, generation_span
from agents.exceptions import UserError
from agents.items import TResponseInputItem, TResponseStreamEvent
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from openai import AsyncOpenAI
from openai.types.responses import Response, ResponseCompletedEvent, ResponsePromptParam, ResponseUsage
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails
from typing_extensions import override

from playground.models.answer import Answer, Cut
from playground.models.history import for_chat
from playground.models.items import new_id
from playground.models.reading import Frame, collected, events_of, inner
from playground.models.reasons import StreamFailure
from playground.models.spans import tell

Kind: TypeAlias = Literal["text", "thought", "refusal", "name", "arguments"]
Piece: TypeAlias = tuple[Kind, Any, str]
"""What a frame brings: kind, the tool call's place in the answer (else None), text."""

_PROSE: tuple[tuple[Literal["text", "thought", "refusal"], tuple[str, ...]], ...] = (
    ("thought", ("reasoning_content", "reasoning")),  # two names of one thing; some servers send both
    ("text", ("content",)),
    ("refusal", ("refusal",)),
)
_CUTS: dict[str, Cut] = {"length": "max_output_tokens", "content_filter": "content_filter"}


class CompatibleModel(OpenAIChatCompletionsModel):
    """A model on an OpenAI-compatible server.

    Besides the SDK's own exceptions it raises `StreamFailure`. Ids of items and of tool calls are ours, because
    servers repeat theirs. A cut answer ends in `response.completed` whose `response.status` is `incomplete`.
    """

    def __init__(self, model: str, client: AsyncOpenAI, *, provider: str = "compatible") -> None:
        super().__init__(model, client, should_replay_reasoning_content=lambda _: True)  # `for_chat` has chosen
        self._origin = f"{provider}/{model}"

    @override
    async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
        return await collected(self.stream_response(*args, **kwargs))

    @override
    async def stream_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff[Any, Any]],
        tracing: ModelTracing,
        previous_response_id: str | None = None,
        conversation_id: str | None = None,
        prompt: ResponsePromptParam | None = None,
    ) -> AsyncIterator[TResponseStreamEvent]:
        """One answer, as the events of Responses.

        Raises:
            UserError: the agent relies on state that only OpenAI's own server keeps.
        """
        if previous_response_id or conversation_id or prompt:
            raise UserError("This server keeps no prompts and no conversations: send the whole history.")
        settings = replace(model_settings, include_usage=model_settings.include_usage is not False)
        with generation_span(model=str(self.model), disabled=tracing.is_disabled()) as span:
            response, stream = await self._fetch_response(
                system_instructions,
                for_chat(input, self._origin),
                settings,
                tools,
                output_schema,
                handoffs,
                span,
                tracing,
                stream=True,
            )
            response.id = new_id("resp")
            http = stream.response
            reader = _Reader(response, self._origin)
            try:
                async for event in events_of(http, reader):
                    if isinstance(event, ResponseCompletedEvent):
                        tell(event.response, http.headers.get("x-request-id"), span, tracing)
                    yield event
            finally:
                await http.aclose()


class _Reader:
    """Turns the frames of Chat Completions into an answer."""

    def __init__(self, response: Response, origin: str) -> None:
        self._answer = Answer(response, origin)
        self._finish: str | None = None
        self._usage: Frame = {}
        self._calls: dict[Any, _Called] = {}
        self._count = 0

    def feed(self, frames: list[Frame]) -> list[TResponseStreamEvent]:
        """One network chunk; what belongs to one item in it becomes one delta."""
        pieces = (piece for frame in frames for piece in self._pieces(frame))
        events: list[TResponseStreamEvent] = []
        for (kind, key), group in groupby(pieces, key=lambda piece: piece[:2]):
            texts = [piece[2] for piece in group]
            if kind == "name":
                events += self._answer.call(key, texts[0])
            elif kind == "arguments":
                events += self._answer.arguments(key, "".join(texts))
            else:
                events += self._answer.add(kind, "".join(texts))
        return events

    def finish(self) -> list[TResponseStreamEvent]:
        """The clean end of the stream. It is the answer's end only if the server said so."""
        if self._finish in {None, "error"}:
            raise StreamFailure("cut")
        return self._answer.end(_usage(self._usage), _CUTS.get(self._finish or ""))

    def _pieces(self, frame: Frame) -> Iterator[Piece]:
        self._usage = inner(frame, "usage") or self._usage
        choices: list[Frame] = frame.get("choices") or []
        for choice in choices[:1]:
            delta = inner(choice, "delta")
            for kind, fields in _PROSE:
                text = next(filter(None, map(delta.get, fields)), None)
                if isinstance(text, str):
                    yield kind, None, text
            calls: list[Frame] = delta.get("tool_calls") or []
            for call in calls:
                yield from self._call_pieces(call)
            self._finish = choice.get("finish_reason") or self._finish

    def _call_pieces(self, call: Frame) -> Iterator[Piece]:
        """Some servers give every call index 0, others every call one id, or none."""
        index, call_id, function = call.get("index"), call.get("id"), inner(call, "function")
        name, arguments = function.get("name"), function.get("arguments")
        opened = self._calls.get(index)
        if opened is None or (name and opened.is_over(name, call_id)):
            self._count += 1
            opened = self._calls[index] = _Called((index, self._count))
        opened.call_id = call_id or opened.call_id
        if name:
            opened.name = name
            yield "name", opened.key, name
        if arguments:
            text = arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()
            opened.arguments.append(text)
            yield "arguments", opened.key, text


@dataclass(slots=True)
class _Called:
    """A tool call in the making."""

    key: tuple[Any, int]
    call_id: str | None = None
    name: str | None = None
    arguments: list[str] = field(default_factory=list[str])

    def is_over(self, name: str, call_id: str | None) -> bool:
        """Whether a piece with this name, and this id if it has one, begins another call."""
        if self.call_id:
            return call_id not in {None, "", self.call_id}
        return self.name is not None and (name != self.name or self._is_whole())

    def _is_whole(self) -> bool:
        try:
            orjson.loads("".join(self.arguments))
        except orjson.JSONDecodeError:
            return False
        return True


def _usage(told: Frame) -> ResponseUsage:
    """Zeros where the server counts nothing: without a usage, the SDK would not count the turn either."""
    given, made = told.get("prompt_tokens") or 0, told.get("completion_tokens") or 0
    inside, outside = inner(told, "prompt_tokens_details"), inner(told, "completion_tokens_details")
    return ResponseUsage(
        input_tokens=given,
        input_tokens_details=InputTokensDetails(cached_tokens=inside.get("cached_tokens") or 0, cache_write_tokens=0),
        output_tokens=made,
        output_tokens_details=OutputTokensDetails(reasoning_tokens=outside.get("reasoning_tokens") or 0),
        total_tokens=told.get("total_tokens") or given + made,
    )
