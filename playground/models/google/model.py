"""A model at Google, on one of two wires.

The Interactions API is the first choice: it is the one that Google goes on with, thoughts and calls are steps of
their own there, as they are in Responses, and a signature stays with its thought. Nothing is stored at Google.
generateContent is for servers that do not know the Interactions API yet: gateways and emulators that speak the older
one only. Which it is shows in the first reply: 404, 405 or 501 to an interaction, while the same question is answered
on generateContent. The client's later requests then go there at once. If neither answers, or the reply speaks of the
model by name, it is the model that is unknown, and nothing is remembered.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import httpx2
from agents import AgentOutputSchemaBase, Handoff, Model, ModelResponse, ModelSettings, ModelTracing, Tool
from agents.exceptions import UserError
from agents.items import TResponseInputItem, TResponseStreamEvent
from agents.tracing import generation_span
from google.genai import Client
from openai.types.responses import ResponseCompletedEvent, ResponsePromptParam
from typing_extensions import override

from playground.models.again import ask_again
from playground.models.answer import Answer, new_response
from playground.models.google.generate import GenerationReader
from playground.models.google.interactions import InteractionReader
from playground.models.google.request import Asked, generation_body, interaction_body
from playground.models.google.transport import (
    generation,
    has_no_route,
    interaction,
    lacks_interactions,
    names,
    remember_lack,
)
from playground.models.google.turns import items_of, kind_of
from playground.models.reading import Frame, collected, events_of
from playground.models.reasons import StreamFailure
from playground.models.spans import Telling, tell
from playground.models.tuning import fitted

_Reader: TypeAlias = InteractionReader | GenerationReader
Opened: TypeAlias = AbstractAsyncContextManager[httpx2.Response]


@dataclass(frozen=True, slots=True)
class _Wire:
    """How a question is written and sent, how its answer is read, and the field that goes on with one."""

    body: Callable[[Asked], Frame]
    open: Callable[[Client, Asked, Frame], Opened]
    reader: type[_Reader]
    token: str


_INTERACTIONS = _Wire(
    interaction_body,
    lambda client, asked, body: interaction(client, body, asked.settings),
    InteractionReader,
    "continuation_token",
)
_GENERATE = _Wire(
    generation_body,
    lambda client, asked, body: generation(client, asked.model, body, asked.settings),
    GenerationReader,
    "continuationToken",
)


class GeminiModel(Model):
    """A Gemini, whose bare id is `model`. Without `interactions`, only generateContent is asked.

    Besides the SDK's own exceptions it raises `StreamFailure`. A cut answer ends in `response.completed` whose
    `response.status` is `incomplete`.
    """

    def __init__(self, model: str, client: Client, *, interactions: bool = True) -> None:
        self.model = model
        self._client = client
        self._interactions = interactions

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
        *,
        previous_response_id: str | None = None,
        conversation_id: str | None = None,
        prompt: ResponsePromptParam | None = None,
    ) -> AsyncIterator[TResponseStreamEvent]:
        """One answer, as the events of Responses.

        Raises:
            UserError: the agent relies on something that Gemini does not take.
        """
        if previous_response_id or conversation_id or prompt:
            raise UserError("Google keeps no prompts and no conversations of this agent: send the whole history.")
        settings = fitted(f"google/{self.model}", model_settings)
        asked = Asked(self.model, system_instructions, input, settings, tools, output_schema, handoffs)
        with generation_span(model=self.model, disabled=tracing.is_disabled()) as span:
            async with aclosing(self._answered(asked, partial(tell, span=span, tracing=tracing))) as events:
                async for event in events:
                    yield event

    async def _answered(self, asked: Asked, tell_of: Telling) -> AsyncGenerator[TResponseStreamEvent]:
        async with AsyncExitStack() as stack:
            wire, http = await self._first(asked, stack)
            answer = Answer(new_response(self.model), asked.origin)
            reader = wire.reader(answer, asked.origin, _call_ids(asked))
            while True:
                async with aclosing(_read(http, reader, answer)) as events:
                    async for event in events:
                        if isinstance(event, ResponseCompletedEvent):
                            tell_of(event.response, http.headers.get("x-request-id"))
                        yield event
                await stack.aclose()
                if not reader.token:
                    return
                await ask_again()
                http = await self._open(wire, asked, stack, {wire.token: reader.token})

    async def _first(self, asked: Asked, stack: AsyncExitStack) -> tuple[_Wire, httpx2.Response]:
        """The first reply, and the wire it came on."""
        if not self._interactions or lacks_interactions(self._client):
            return _GENERATE, await self._open(_GENERATE, asked, stack)
        try:
            return _INTERACTIONS, await self._open(_INTERACTIONS, asked, stack)
        except Exception as error:
            if not has_no_route(error):
                raise
            http = await self._instead(asked, stack, error)
        return _GENERATE, http

    async def _instead(self, asked: Asked, stack: AsyncExitStack, refusal: Exception) -> httpx2.Response:
        try:
            http = await self._open(_GENERATE, asked, stack)
        except Exception as error:
            raise (refusal if has_no_route(error) else error) from None
        if not names(refusal, self.model):
            remember_lack(self._client)
        return http

    async def _open(
        self, wire: _Wire, asked: Asked, stack: AsyncExitStack, more: Frame | None = None
    ) -> httpx2.Response:
        body = wire.body(asked) | (more or {})
        return await stack.enter_async_context(wire.open(self._client, asked, body))


async def _read(http: httpx2.Response, reader: _Reader, answer: Answer) -> AsyncGenerator[TResponseStreamEvent]:
    """The events of one reply. An answer that is withheld in its middle is a cut one: what was said stays."""
    try:
        async with aclosing(events_of(http, reader)) as events:
            async for event in events:
                yield event
    except StreamFailure as failure:
        if failure.reason != "safety" or not answer.has_text:
            raise
        for event in reader.withheld():
            yield event


def _call_ids(asked: Asked) -> set[str]:
    return {str(item["call_id"]) for item in items_of(asked.history) if kind_of(item) == "function_call"}
