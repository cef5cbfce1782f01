"""The SDK's Model over a local server: a decision under a grammar where there are tools, then streamed text."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

import httpx2
import openai
from agents import AgentOutputSchemaBase, Handoff, Model, ModelResponse, ModelSettings, ModelTracing, Tool
from agents.exceptions import (
    _mark_error_to_drain_stream_events as drain_first,  # pyright: ignore[reportPrivateUsage]
)
from agents.items import TResponseInputItem, TResponseStreamEvent
from openai.types.responses import ResponseCompletedEvent, ResponseUsage
from typing_extensions import override

from playground.errors import ProviderError
from playground.models.answer import Answer, new_response
from playground.models.compatible import CompatibleModel
from playground.models.local.child import SLOT_TOKENS
from playground.models.local.connection import Connection
from playground.models.local.conversation import Conversation, read_conversation, rough_tokens
from playground.models.local.decision import (
    Call,
    Option,
    answer_format,
    open_options,
    options,
    question,
    read_decision,
)
from playground.models.local.server import LocalServers
from playground.models.local.usage import added, usage_of
from playground.models.reading import collected

_LONGEST_ANSWER = 1024
_LONGEST_DECISION = 400
# A small machine reads about a hundred tokens a second, so less history than would fit is sent.
_REPLY_HISTORY = 2048
_DECISION_HISTORY = 768
_Stream: TypeAlias = AsyncGenerator[TResponseStreamEvent, None]
_LOST = (openai.APIConnectionError, httpx2.TransportError)


@dataclass(frozen=True)
class _Habits:
    """What a model needs to be at its best, where neither the agent nor the visitor says otherwise."""

    system: str = ""
    temperature: float | None = None
    repeat_penalty: float = 1.0


_HABITS = {
    # Without these it falls into loops.
    "smollm2-135m": _Habits("You are a helpful assistant. Answer in one short sentence.", 0.0, 1.1),
    "qwen2.5-coder-0.5b": _Habits(temperature=0.2, repeat_penalty=1.1),  # without it, it may loop to the limit
}


@dataclass(frozen=True)
class _Request:
    """What one model call is asked for."""

    conversation: Conversation
    settings: ModelSettings
    offered: tuple[Option, ...]
    output_schema: AgentOutputSchemaBase | None
    tracing: ModelTracing


class LocalModel(Model):
    """A model on this machine. Raises ProviderError when it cannot answer, else what `CompatibleModel` raises."""

    def __init__(self, name: str, servers: LocalServers) -> None:
        self._name = name
        self._habits = _HABITS.get(name, _Habits())
        self._connection = Connection(name, servers)

    @override
    async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
        """The whole answer at once."""
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
        **_: Any,
    ) -> _Stream:
        """Decides about tools, then either calls one or streams the reply. Both requests end with this stream."""
        conversation = read_conversation(system_instructions, input)
        offered = open_options(options(tools, handoffs), model_settings.tool_choice, conversation)
        request = _Request(conversation, model_settings, offered, output_schema, tracing)
        async with aclosing(self._persistent(request)) as events:
            async for event in events:
                yield event

    @override
    async def close(self) -> None:
        """Closes the client; the child itself belongs to `LocalServers`."""
        await self._connection.close()

    async def _persistent(self, request: _Request) -> _Stream:
        """Asks again, once, when a child had died unnoticed; never after the first event."""
        for last in (False, True):
            started = False
            try:
                async with aclosing(self._answer(request)) as events:
                    async for event in events:
                        started = True
                        yield event
            except openai.APITimeoutError:
                raise
            except _LOST:
                if started or last:
                    raise _stopped(self._name) from None
                await asyncio.sleep(0.2)  # until its end is known
            else:
                return

    async def _answer(self, request: _Request) -> _Stream:
        client = await self._connection.client()
        spent = None
        if request.offered:
            call, spent = await self._decide(client, request)
            if call:
                for event in _call_events(self._name, call, spent):
                    yield event
                return
        async with aclosing(self._reply(client, request)) as events:
            async for event in events:
                if spent and isinstance(event, ResponseCompletedEvent):
                    event.response.usage = added(event.response.usage, spent)
                yield event

    async def _decide(self, client: openai.AsyncOpenAI, request: _Request) -> tuple[Call | None, ResponseUsage]:
        may_reply = request.settings.tool_choice not in {"required", *(option.name for option in request.offered)}
        conversation = request.conversation.fitted(_DECISION_HISTORY)
        asked = {"role": "system", "content": question(request.offered)}
        completion = await client.chat.completions.create(
            model=self._name,
            messages=cast("Any", [asked, *conversation.messages()]),
            response_format=cast("Any", answer_format(request.offered, may_reply=may_reply)),
            temperature=0,
            max_tokens=_LONGEST_DECISION,
        )
        text = completion.choices[0].message.content or ""
        return read_decision(text, conversation), usage_of(completion.usage)

    def _reply(self, client: openai.AsyncOpenAI, request: _Request) -> _Stream:
        settings = self._settings(request.settings)
        system = request.conversation.system or self._habits.system
        room = SLOT_TOKENS - (settings.max_tokens or 0) - rough_tokens(system)
        conversation = request.conversation.fitted(min(room, _REPLY_HISTORY))
        messages = cast("list[TResponseInputItem]", conversation.messages())
        model = CompatibleModel(self._name, client, provider="local")
        events = model.stream_response(system, messages, settings, [], request.output_schema, [], request.tracing)
        return cast("_Stream", events)

    def _settings(self, settings: ModelSettings) -> ModelSettings:
        temperature = self._habits.temperature if settings.temperature is None else settings.temperature
        extra = cast("dict[str, Any]", settings.extra_body or {})
        return replace(
            settings,
            temperature=temperature,
            max_tokens=min(settings.max_tokens or _LONGEST_ANSWER, SLOT_TOKENS // 2),
            tool_choice=None,
            reasoning=None,
            extra_body={"repeat_penalty": self._habits.repeat_penalty, **extra},
        )


def _call_events(model: str, call: Call, usage: ResponseUsage) -> list[TResponseStreamEvent]:
    answer = Answer(new_response(model), f"local/{model}")
    return [*answer.call(0, call.name), *answer.arguments(0, call.arguments), *answer.end(usage)]


def _stopped(model: str) -> ProviderError:
    error = ProviderError(
        "{model} stopped while it was answering. Send the message again: it is started anew.",
        model=f"local/{model}",
        provider="local",
        kind="cut",
        allow_retry=True,
    )
    drain_first(error)
    return error
