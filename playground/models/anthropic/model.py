"""Claude, on Anthropic's Messages, answering with the events of Responses."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any

import anthropic
import httpx2
from agents import (
    AgentOutputSchemaBase,
    Handoff,
    Model,
    ModelResponse,
    ModelSettings,
    ModelTracing,
    Tool,
    generation_span,
)
from agents.exceptions import (
    UserError,
)
from agents.exceptions import (
    _mark_error_to_drain_stream_events as drain_first,  # pyright: ignore[reportPrivateUsage]
)
from agents.items import TResponseInputItem, TResponseStreamEvent
from openai.types.responses import ResponseCompletedEvent, ResponsePromptParam
from typing_extensions import override

from playground.models.again import ask_again
from playground.models.answer import Answer, new_response
from playground.models.anthropic.content import Block
from playground.models.anthropic.reader import Reader
from playground.models.anthropic.request import Asked, is_held, request_for
from playground.models.reading import collected, events_of
from playground.models.reasons import StreamFailure
from playground.models.spans import Telling, tell
from playground.models.tuning import fitted

MOST_PAUSES = 5
"""How often a turn that the provider paused is gone on with."""
_TOO_MUCH = re.compile(r"grammar|schema|strict", re.IGNORECASE)


class AnthropicModel(Model):
    """A model of Anthropic's. `model` is its bare id.

    Besides the SDK's own exceptions it raises `StreamFailure`. A cut answer ends in `response.completed` whose
    `response.status` is `incomplete`. Of a thought and of a search, `provider_data` keeps the blocks as they came, and
    they go back unchanged to the model that had them.
    """

    def __init__(self, model: str, client: anthropic.AsyncAnthropic) -> None:
        self.model = model
        self._client = client
        self._unheld: set[frozenset[str]] = set()

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
            UserError: the agent relies on something that Anthropic does not have.
        """
        if previous_response_id or conversation_id or prompt:
            raise UserError("Anthropic keeps no prompts and no conversations: send the whole history.")
        settings = fitted(f"anthropic/{self.model}", model_settings)
        asked = Asked(system_instructions, input, settings, tools, output_schema, handoffs)
        with generation_span(model=self.model, disabled=tracing.is_disabled()) as span:
            async with aclosing(self._events(asked, partial(tell, span=span, tracing=tracing))) as events:
                async for event in events:
                    yield event

    async def _events(self, asked: Asked, tell_of: Telling) -> AsyncGenerator[TResponseStreamEvent, None]:
        origin = f"anthropic/{self.model}"
        reader = Reader(Answer(new_response(self.model), origin), origin)
        for pauses in range(MOST_PAUSES + 1):
            if pauses:
                await ask_again()
            http = await self._ask(asked, reader.so_far)
            try:
                async for event in events_of(http, reader):
                    if isinstance(event, ResponseCompletedEvent):
                        tell_of(event.response, http.headers.get("request-id"))
                    yield event
            finally:
                await http.aclose()
            if not reader.paused:
                return
        raise _drained(StreamFailure("cut"))

    async def _ask(self, asked: Asked, so_far: list[Block]) -> httpx2.Response:
        """Sends the request. What was said so far is out already, so an error may not take it back."""
        try:
            return await self._held(asked, so_far)
        except Exception as error:
            if so_far:
                drain_first(error)
            raise

    async def _held(self, asked: Asked, so_far: list[Block]) -> httpx2.Response:
        """Holds the model to the schemas, unless they are too much for the provider: it does not say where that is."""
        names = asked.names
        request = request_for(self.model, asked, hold=names not in self._unheld)
        try:
            return await self._send(request, so_far)
        except anthropic.BadRequestError as error:
            if not is_held(request) or not _TOO_MUCH.search(error.message):
                raise
        self._unheld.add(names)
        return await self._send(request_for(self.model, asked, hold=False), so_far)

    async def _send(self, request: dict[str, Any], so_far: list[Block]) -> httpx2.Response:
        rest = [{"role": "assistant", "content": so_far}] if so_far else []
        messages: Any = self._client.messages  # its overloads want every argument by name
        stream: anthropic.AsyncStream[Any] = await messages.create(
            **request | {"messages": [*request["messages"], *rest]}, stream=True
        )
        return stream.response


def _drained(error: Exception) -> Exception:
    drain_first(error)
    return error
