"""Every call of a model is paid for once, however it is made and however it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx2
import openai
import pytest
from agents import Agent, Model, ModelResponse, ModelSettings, ModelTracing, RunConfig, Runner, Usage
from agents.exceptions import UserError
from agents.items import TResponseStreamEvent
from agents.testing import ScriptedModel, assistant_message
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails

from playground.budget.metered import bounded, refused
from playground.errors import LimitReached
from playground.models.again import ask_again
from tests.budget.till_of import UNKNOWN, Books, books, payer

USED = Usage(
    requests=1,
    input_tokens=1_000,
    output_tokens=100,
    total_tokens=1_100,
    input_tokens_details=InputTokensDetails(cached_tokens=0, cache_write_tokens=0),
    output_tokens_details=OutputTokensDetails(reasoning_tokens=0),
)
ASKED: dict[str, Any] = {
    "system_instructions": None,
    "input": "hello",
    "model_settings": ModelSettings(),
    "tools": [],
    "output_schema": None,
    "handoffs": [],
    "tracing": ModelTracing.DISABLED,
    "previous_response_id": None,
    "conversation_id": None,
    "prompt": None,
}


def says(text: str = "Hi.") -> ScriptedModel:
    return ScriptedModel([ModelResponse(output=[assistant_message(text)], usage=USED, response_id=None)])


class Broken(Model):
    """Fails with an error, after some events of another model."""

    def __init__(self, error: BaseException, *, before: Model | None = None, asks: int = 0) -> None:
        self._error, self._before, self._asks = error, before, asks

    async def get_response(self, *_: Any, **__: Any) -> ModelResponse:
        raise self._error

    async def stream_response(self, *args: Any, **kwargs: Any) -> AsyncIterator[TResponseStreamEvent]:
        if self._before is not None:
            async for event in self._before.stream_response(*args, **kwargs):
                yield event
                break
        for _ in range(self._asks):
            await ask_again()
        raise self._error


def status(code: int) -> openai.APIStatusError:
    response = httpx2.Response(code, request=httpx2.Request("POST", "http://127.0.0.1"))
    return openai.APIStatusError("no", response=response, body=None)


async def spend(own: Books, model: Model, **changes: Any) -> None:
    async for _ in own.purse.metered(model, payer(model=UNKNOWN)).stream_response(**ASKED | changes):
        pass


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_call_costs_what_its_answer_tells(sqlite_url: str, streamed: bool) -> None:
    async with books(sqlite_url, cap_total="1") as own:
        model = own.purse.metered(says(), payer(model=UNKNOWN))
        config = RunConfig(model=model, tracing_disabled=True)
        if streamed:
            result = Runner.run_streamed(Agent(name="A"), "hello", run_config=config)
            assert [event async for event in result.stream_events()]
        else:
            await Runner.run(Agent(name="A"), "hello", run_config=config)
        (charge,) = await own.charges()
        assert (charge.input_tokens, charge.output_tokens, charge.estimated) == (1_000, 100, False)
        assert await own.sums() == (33_000_000, 0)


async def test_a_stream_that_is_left_costs_all_that_was_held(sqlite_url: str) -> None:
    async with books(sqlite_url, cap_total="1", max_output_tokens=1000) as own:
        events: Any = own.purse.metered(says(), payer(model=UNKNOWN)).stream_response(**ASKED)
        async with aclosing(events):
            await anext(events)
            (held,) = await own.reservations()
        (charge,) = await own.charges()
        assert charge.estimated
        assert await own.sums() == (held.nano_usd, 0)


async def test_a_call_that_is_stopped_costs_all_that_was_held(sqlite_url: str) -> None:
    class Silent(Broken):
        async def stream_response(self, *args: Any, **kwargs: Any) -> AsyncIterator[TResponseStreamEvent]:
            asked.set()
            await asyncio.Event().wait()
            yield await anext(super().stream_response(*args, **kwargs))

    asked = asyncio.Event()
    async with books(sqlite_url, cap_total="1") as own:
        task = asyncio.create_task(spend(own, Silent(ValueError())))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await own.purse.close()
        (charge,) = await own.charges()
        assert charge.estimated
        assert (await own.sums())[1] == 0


@pytest.mark.parametrize(
    ("error", "costs"),
    [
        (status(429), False),
        (status(529), False),
        (UserError("no"), False),
        (status(500), True),
        (status(408), True),
        (TimeoutError(), True),
    ],
)
async def test_what_a_provider_refuses_costs_nothing_and_what_it_breaks_off_does(
    sqlite_url: str, error: Exception, costs: bool
) -> None:
    async with books(sqlite_url, cap_total="1") as own:
        with pytest.raises(type(error)):
            await spend(own, Broken(error))
        with pytest.raises(type(error)):
            await own.purse.metered(Broken(error), payer(model=UNKNOWN)).get_response(**ASKED)
        spent, held = await own.sums()
        assert (spent > 0, held) == (costs, 0)


async def test_an_answer_that_began_costs_also_if_it_is_refused_then(sqlite_url: str) -> None:
    async with books(sqlite_url, cap_total="3") as own:
        for model in (Broken(status(429), before=says()), Broken(status(429), asks=1)):
            with pytest.raises(openai.APIStatusError):
                await spend(own, model)
        assert [charge.estimated for charge in await own.charges()] == [True, True]


def test_who_was_never_reached_did_nothing() -> None:
    error = openai.APIConnectionError(request=httpx2.Request("POST", "http://127.0.0.1"))
    error.__cause__ = httpx2.ConnectError("nobody there")
    assert refused(error)
    error.__cause__ = httpx2.ReadError("gone")
    assert not refused(error)


async def test_a_call_that_there_is_no_room_for_is_not_made_and_its_visitor_told_why(sqlite_url: str) -> None:
    async with books(sqlite_url, cap_total="0.01") as own:
        model = says()
        with pytest.raises(LimitReached, match="This could cost more than is left"):
            await spend(own, model)
        assert not model.calls


async def test_a_further_request_that_there_is_no_room_for_is_not_made(sqlite_url: str) -> None:
    async with books(sqlite_url, cap_total="0.3", max_output_tokens=4000) as own:
        with pytest.raises(LimitReached):
            await spend(own, Broken(ValueError(), asks=1))
        (charge,) = await own.charges()
        assert charge.nano_usd is not None
        assert 0 < charge.nano_usd < 300_000_000


@pytest.mark.parametrize("settings", [{}, {"share": True}, {"cap_total": "5"}, {"max_visitor_tokens": 90_000}])
async def test_no_answer_under_a_cap_is_longer_than_it_may_be(sqlite_url: str, settings: dict[str, Any]) -> None:
    async with books(sqlite_url, max_output_tokens=50, **settings) as own:
        for asked in (None, 20, 900):
            model = says()
            await spend(own, model, model_settings=ModelSettings(max_tokens=asked))
            assert model.calls[0].model_settings.max_tokens == min(asked or 50, 50)


def test_an_agents_author_cannot_ask_for_more_in_other_words() -> None:
    wild = ModelSettings(
        max_tokens=10**6,
        extra_args={"max_output_tokens": 10**6, "n": 5, "user": "x"},
        extra_body={"generationConfig": {"maxOutputTokens": 10**6}, "max_completion_tokens": 3},
    )
    tame = bounded(wild, 100)
    assert tame.max_tokens == 100
    assert tame.extra_args == {"max_output_tokens": 100, "n": 1, "user": "x"}
    assert tame.extra_body == {"generationConfig": {"maxOutputTokens": 100}, "max_completion_tokens": 3}
