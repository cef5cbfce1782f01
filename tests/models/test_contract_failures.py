"""What every model owes the runner and the visitor, on every wire: failures."""

import pytest
from agents import Agent, ModelSettings, RunConfig, Runner

from playground.errors import FailureKind, ProviderError
from playground.models.failures import explain
from playground.models.reasons import StreamFailure
from playground.models.retry import retrying
from tests.models.conftest import MakeModel
from tests.models.reading_along import Read, read, request
from tests.models.test_contract import numbered
from tests.wire import CANARY, Wire


def explained(told: Read, provider: str) -> ProviderError:
    """What the visitor is told."""
    assert told.error
    error = explain(told.error, f"{provider}/x")
    assert isinstance(error, ProviderError)
    assert error.provider == provider
    assert CANARY not in error.message
    return error


@pytest.mark.parametrize(
    ("name", "kind"),
    [("length-0", "cut"), ("filter-0", "safety"), ("words-0", "malformed"), ("think-5-words-0", "malformed")],
)
async def test_an_answer_that_says_nothing_is_a_failure(
    every_model: MakeModel, provider: str, name: str, kind: str
) -> None:
    assert explained(await read(every_model(name)), provider).kind == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cut-50", "cut"),
        ("drop-50", "network"),
        ("badjson-50", "malformed"),
        ("inerror-50", "server"),
        ("failed-50", "server"),
        ("overloaded-50", "overloaded"),
    ],
)
async def test_a_broken_stream_hands_out_every_word_before_it_fails(
    make_model: MakeModel, provider: str, wire: Wire, name: str, kind: FailureKind
) -> None:
    told = await read(make_model(name))
    assert told.deltas() == numbered(50)
    error = explained(told, provider)
    assert (error.kind, error.allow_retry) == (kind, True)
    assert CANARY not in str(told.error)
    assert len(wire.calls) == 1


@pytest.mark.parametrize("name", ["cut-50", "drop-50", "badjson-50", "inerror-50"])
async def test_a_broken_stream_of_a_local_model_does_so_too(local: MakeModel, name: str) -> None:
    told = await read(local(name))
    assert told.deltas() == numbered(50)
    assert explained(told, "local").allow_retry


@pytest.mark.parametrize(
    ("name", "kind", "again"),
    [
        ("status-401", "auth", False),
        ("status-403", "auth", False),
        ("no-such-model", "unknown_model", False),
        ("status-429", "rate_limit", True),
        ("status-500", "server", True),
        ("status-503", "overloaded", True),
        ("status-529", "overloaded", True),
        ("too-long", "context_length", False),
        ("overloaded-0", "overloaded", True),
        ("cut-0", "cut", True),
    ],
)
async def test_a_failure_is_explained(
    every_model: MakeModel, provider: str, wire: Wire, name: str, kind: FailureKind, again: bool
) -> None:
    told = await read(every_model(name))
    error = explained(told, provider)
    assert (error.kind, error.allow_retry) == (kind, again)
    assert {call.model for call in wire.calls} == {name}


async def test_a_providers_advice_on_when_to_come_back_is_told(every_model: MakeModel, provider: str) -> None:
    error = explained(await read(every_model("status-429-retry-after-7")), provider)
    assert error.retry_after == 7
    assert "in 7 seconds" in error.message


async def trying(make: MakeModel, name: str) -> Read:
    """Reads with two more tries."""
    config = RunConfig(model=make(name), model_settings=ModelSettings(retry=retrying(2)))
    told = Read(Runner.run_streamed(Agent(name="tester"), "go", run_config=config))
    try:
        async for event in told.result.stream_events():
            if event.type == "raw_response_event":
                told.events.append(event.data)
    except Exception as error:
        told.error = error
    return told


@pytest.mark.parametrize("name", ["flaky-2", "flaky-1-429-retry-after-0.1", "flaky-1-529", "flaky-1-overloaded"])
async def test_a_failure_before_the_first_token_is_tried_again(make_model: MakeModel, wire: Wire, name: str) -> None:
    told = await trying(make_model, name)
    assert told.error is None
    assert told.result.final_output == told.deltas() == numbered(5)
    assert len(wire.calls) == int(name[6]) + 1


@pytest.mark.parametrize("name", ["overloaded-5", "cut-5", "drop-5"])
async def test_a_failure_after_the_first_token_is_not(make_model: MakeModel, wire: Wire, name: str) -> None:
    told = await trying(make_model, name)
    assert told.deltas() == numbered(5)
    assert told.error
    assert len(wire.calls) == 1


@pytest.mark.parametrize("name", ["status-401", "too-long"])
async def test_a_refused_request_is_not_made_twice(make_model: MakeModel, wire: Wire, name: str) -> None:
    assert (await trying(make_model, name)).error
    assert len(wire.calls) == 1


async def test_an_unanswered_collection_fails(every_model: MakeModel) -> None:
    with pytest.raises(StreamFailure, match="cut"):
        await every_model("cut-5").get_response(**request())


@pytest.mark.parametrize("name", ["raw:[]", 'raw:["[]"]', 'raw:[{"type": 1, "choices": 1}]'])
async def test_a_stream_without_an_answer_is_a_failure(every_model: MakeModel, provider: str, name: str) -> None:
    assert explained(await read(every_model(name)), provider).kind in {"cut", "malformed"}
