"""A model each of whose calls is paid for: room is held before it is made, and it is settled whatever becomes of it."""

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import httpx2
from agents import Model, ModelResponse, ModelSettings
from agents.exceptions import UserError
from agents.items import TResponseStreamEvent
from agents.retry import ModelRetryAdvice, ModelRetryAdviceRequest
from typing_extensions import override

from playground.budget import words
from playground.budget.bound import Call, bound
from playground.budget.held import Held
from playground.budget.payer import Payer
from playground.budget.till import Till, Unnoted
from playground.budget.usage import Told, told
from playground.models.again import when_asked_again
from playground.store.budgets import Full
from playground.store.spend import dollars
from playground.telemetry import work
from playground.telemetry.work import CallSpan

UNBILLED = frozenset({*range(400, 500), 503, 529} - {408, 499})
"""Statuses with which a provider refuses to work."""
_NAMES = ("system_instructions", "input", "model_settings", "tools", "output_schema", "handoffs", "tracing")
_LONGEST = ("max_tokens", "max_output_tokens", "max_completion_tokens", "maxOutputTokens")
_ANSWERS = ("n", "candidateCount", "candidate_count", "best_of")
_KEPT_THERE = ("previous_response_id", "conversation_id", "prompt")
_UNREACHED = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(slots=True)
class _Outcome:
    """What is known of a call when it is over. As long as nothing is, all that was held for it counts."""

    heard: bool = False
    told: Told | None = None
    billed: bool = True

    def hear(self, event: TResponseStreamEvent) -> None:
        self.heard = True
        if event.type == "response.completed":
            self.told = told(event.response.usage, event.response.output)

    def fail(self, error: Exception, held: Held) -> None:
        self.billed = self.heard or held.requests > 1 or not refused(error)


class Metered(Model):
    """`model`, paid by `payer`. No answer is longer than `most_output` tokens, if that is set.

    Besides what the model raises it raises LimitReached for a call that there is no room for.
    """

    def __init__(self, model: Model, payer: Payer, till: Till, *, most_output: int | None) -> None:
        self._model = model
        self._payer = payer
        self._till = till
        self._most = most_output

    @override
    async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
        """The whole answer at once."""
        asked = self._asked(args, kwargs)
        held = await self._hold(asked)
        outcome = _Outcome()
        with work.model_call(self._payer.model) as span:
            try:
                response = await self._model.get_response(**asked)
                outcome.told = told(response.usage, response.output)
            except Exception as error:
                outcome.fail(error, held)
                raise
            finally:
                await self._settle(held, outcome, span)
        return response

    @override
    async def stream_response(self, *args: Any, **kwargs: Any) -> AsyncIterator[TResponseStreamEvent]:
        """The answer as it comes. A stream that is left early costs all that was held."""
        asked = self._asked(args, kwargs)
        held = await self._hold(asked)
        outcome = _Outcome()
        with work.model_call(self._payer.model) as span:
            try:
                events = cast("AsyncGenerator[TResponseStreamEvent]", self._model.stream_response(**asked))
                async with aclosing(events):
                    async for event in events:
                        outcome.hear(event)
                        yield event
            except Exception as error:
                outcome.fail(error, held)
                raise
            finally:
                await self._settle(held, outcome, span)

    @override
    async def close(self) -> None:
        """Close the model."""
        await self._model.close()

    @override
    def get_retry_advice(self, request: ModelRetryAdviceRequest) -> ModelRetryAdvice | None:
        """The model's own."""
        return self._model.get_retry_advice(request)

    def _supports_default_prompt_cache_key(self) -> bool:
        """The SDK asks each model; what those say that have no word for it is no."""
        own = getattr(self._model, "_supports_default_prompt_cache_key", None)
        return bool(own()) if callable(own) else False

    @override
    async def _cleanup_on_run_end(self, owner: object) -> None:
        await self._model._cleanup_on_run_end(owner)  # noqa: SLF001 - the SDK asks each model

    def _asked(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        asked = dict(zip(_NAMES, args, strict=False)) | dict(kwargs)
        if self._most is not None:
            asked["model_settings"] = bounded(asked["model_settings"], self._most)
        return asked

    async def _hold(self, asked: Mapping[str, Any]) -> Held:
        settings: ModelSettings = asked["model_settings"]
        most = settings.max_tokens
        call = Call(
            system=asked["system_instructions"],
            history=asked["input"],
            settings=settings,
            tools=asked["tools"],
            schema=asked["output_schema"],
            handoffs=asked["handoffs"],
            remembered=any(asked.get(name) for name in _KEPT_THERE),
        )
        asks = self._till.asks_cap(self._payer) and most is not None
        with _in_words():
            room = bound(self._payer.model, call, most_output=most or 0) if asks else None
            held = await self._till.hold(self._payer, room)
        when_asked_again(lambda: self._extend(held))
        return held

    async def _settle(self, held: Held, outcome: _Outcome, span: CallSpan) -> None:
        took = await self._till.settle(held, outcome.told, billed=outcome.billed)
        span.used(took.input_tokens, took.output_tokens, dollars(took.nano_usd))

    async def _extend(self, held: Held) -> None:
        with _in_words():
            await self._till.extend(held)


@contextmanager
def _in_words() -> Generator[None]:
    try:
        yield
    except Full as full:
        raise words.exhausted(full) from None
    except Unnoted as error:
        raise words.unnoted() from error


def bounded(settings: ModelSettings, most: int) -> ModelSettings:
    """The settings for one answer of `most` tokens, also where the agent's author says otherwise in other words."""
    length = min(settings.max_tokens or most, most)
    extra_args = _bounded(settings.extra_args, length)
    extra_body = _bounded(settings.extra_body, length)
    return replace(settings, max_tokens=length, extra_args=cast("Any", extra_args), extra_body=cast("Any", extra_body))


def refused(error: BaseException) -> bool:
    """Whether nothing was done for which a provider asks money: it refused, or was never reached."""
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    if isinstance(error, UserError) or (isinstance(status, int) and status in UNBILLED):
        return True
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, _UNREACHED):
        cause = cause.__cause__
    return cause is not None


def _bounded(extra: object, most: int) -> object:
    if not isinstance(extra, Mapping):
        return extra
    fields = cast("Mapping[str, Any]", extra)
    bounds = dict.fromkeys(_LONGEST, most) | dict.fromkeys(_ANSWERS, 1)
    return {
        name: min(value, bounds[name]) if name in bounds and isinstance(value, int) else _bounded(value, most)
        for name, value in fields.items()
    }
