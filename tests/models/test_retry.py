"""What is tried again, and what is not, on every wire."""

import json
from typing import Any

import pytest
from agents import Agent, ModelSettings, RunConfig, Runner

from playground.models.failures import explain
from playground.models.retry import retrying
from tests.models.conftest import MakeModel
from tests.wire import Wire


async def ask(make: MakeModel, name: str, most: int = 2) -> Any:
    """The answer, or the error after the last try."""
    config = RunConfig(model=make(name), model_settings=ModelSettings(retry=retrying(most)))
    result = Runner.run_streamed(Agent(name="tester"), "go", run_config=config)
    try:
        async for _ in result.stream_events():
            pass
    except Exception as error:
        return error
    return result.final_output


@pytest.mark.parametrize("name", ["status-429-retry-after-0.1", "status-503"])
async def test_what_may_have_passed_is_tried_again(make_model: MakeModel, wire: Wire, name: str) -> None:
    assert isinstance(await ask(make_model, name), Exception)
    assert len(wire.calls) == 3


@pytest.mark.parametrize("name", ["status-401", "status-402", "status-404", "status-400", "badjson-0", "filter-0"])
async def test_what_will_not_pass_is_not(make_model: MakeModel, wire: Wire, name: str) -> None:
    assert isinstance(await ask(make_model, name), Exception)
    paths = [call.path for call in wire.calls]
    assert len(paths) == len(set(paths))  # Google's older wire is asked, too, where the newer one is not known


async def test_an_answer_comes_after_the_failures(make_model: MakeModel, wire: Wire) -> None:
    assert await ask(make_model, "flaky-2") == "w0 w1 w2 w3 w4"
    assert len(wire.calls) == 3


async def test_nothing_is_tried_again_where_no_retries_are_wanted(make_model: MakeModel, wire: Wire) -> None:
    assert isinstance(await ask(make_model, "flaky-1", most=0), Exception)
    assert len(wire.calls) == 1


async def test_a_long_wait_fails_at_once_and_says_how_long(make_model: MakeModel, wire: Wire) -> None:
    error = await ask(make_model, "status-429-retry-after-11")
    assert len(wire.calls) == 1
    assert "in 11 seconds" in explain(error, "openai/x").message


async def test_an_overload_inside_a_stream_is_tried_again_until_something_was_said(
    compatible: MakeModel, wire: Wire
) -> None:
    overloaded = {"error": {"type": "overloaded_error", "message": "Overloaded"}}
    word = {"choices": [{"index": 0, "delta": {"content": "a"}}]}
    error = await ask(compatible, "raw:" + json.dumps([overloaded]))
    assert "overloaded" in explain(error, "compatible/x").message
    assert len(wire.calls) == 3
    await ask(compatible, "raw:" + json.dumps([word, overloaded]))
    assert len(wire.calls) == 4
