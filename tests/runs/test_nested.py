"""Runs that an author starts where no run is: as the SDK has them, or refused where nobody would pay."""

import asyncio
from typing import Any

import pytest
from agents import Agent, ModelResponse, RunConfig, Runner, Usage
from agents.testing import ScriptedModel, assistant_message

from playground.errors import AgentError
from playground.runs.nested import apart, around, unpaid


def says(text: str) -> ScriptedModel:
    return ScriptedModel([ModelResponse([assistant_message(text)], usage=Usage(), response_id=None)])


async def test_a_run_of_nobodys_is_as_it_was_and_refused_where_there_are_caps() -> None:
    other = Agent[Any](name="Other", model=says("own"))
    quiet = RunConfig(tracing_disabled=True)
    with apart(), pytest.raises(AgentError):
        await Runner.run(other, "hello", run_config=quiet)
    assert (await Runner.run(other, "hello", run_config=quiet)).final_output == "own"


async def test_a_run_in_a_thread_comes_back_to_the_loop_of_the_run_around_it() -> None:
    other = Agent[Any](name="Other", model=says("own"))
    loops: list[asyncio.AbstractEventLoop] = []

    class Picked(ScriptedModel):
        async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
            loops.append(asyncio.get_running_loop())
            return await super().get_response(*args, **kwargs)

    answers = [ModelResponse([assistant_message("picked")], usage=Usage(), response_id=None)] * 2
    with around(RunConfig(model=Picked(answers), tracing_disabled=True), unpaid):
        plain = await asyncio.to_thread(Runner.run_sync, other, "hello")
        own_loop = await asyncio.to_thread(lambda: asyncio.run(Runner.run(other, "hello")))
    assert [plain.final_output, own_loop.final_output] == ["picked", "picked"]
    assert loops == [asyncio.get_running_loop()] * 2
