"""A thread may change its model at any time: each is sent what it may be sent, whoever made it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from agents import Agent, Model, RunConfig, Runner, RunState, function_tool
from agents.items import TResponseInputItem

from tests.models.conftest import EVERY, MakeModel
from tests.models.reading_along import add, read
from tests.models.sent import of_kind
from tests.models.test_contract_history import SHOWN, again, photo
from tests.wire import Wire

NAMES: Mapping[str, str] = {
    "responses": "gpt-6-",
    "compatible": "",
    "claude": "claude-sonnet-5-5-",
    "gemini": "gemini-3.8-flash-",
    "gemini_generate": "gemini-3.8-flash-",
    "local": "",
}
"""What a model is called, so that it is taken for what its maker's newest can do."""
CALLS = 'tools:{"add": {"a": 1, "b": 2}, "photo": {}}'


@function_tool(needs_approval=True)
def erase() -> str:
    """Erases everything."""
    return "erased"


def thinking(who: str, calls: str) -> str:
    """A model that thinks and calls two tools at once."""
    return f"{NAMES[who]}think-2-{calls}"


@pytest.fixture(params=EVERY)
def before(request: pytest.FixtureRequest) -> tuple[str, MakeModel]:
    return request.param, request.getfixturevalue(request.param)


@pytest.fixture(params=EVERY)
def after(request: pytest.FixtureRequest) -> tuple[str, MakeModel]:
    return request.param, request.getfixturevalue(request.param)


async def thread_of(model: Model) -> list[TResponseInputItem]:
    """A picture, a thought, two calls, a picture that a tool took, an answer."""
    answer = await read(model, [SHOWN], add, photo)
    assert answer.error is None
    items: list[Any] = answer.result.to_input_list()
    assert {"function_call", "function_call_output", "reasoning"} <= {item.get("type") for item in items}
    return items


async def test_a_thread_goes_on_with_another_model_and_back(
    before: tuple[str, MakeModel], after: tuple[str, MakeModel], wire: Wire
) -> None:
    (one, make_one), (other, make_other) = before, after
    thread = await thread_of(make_one(thinking(one, CALLS)))
    second = await read(make_other(f"{NAMES[other]}think-1-echo"), again(thread, "more"), add, photo)
    assert (second.error, wire.complaints) == (None, [])
    assert second.result.final_output == "more"
    thoughts = [one for one in of_kind(wire.calls[-1], "thought") if "functionCall" not in one]
    assert thoughts == []
    back = await read(make_one(thinking(one, CALLS)), again(second.result.to_input_list(), "again"), add, photo)
    assert (back.error, wire.complaints) == (None, [])


async def test_a_thread_goes_on_with_the_same_model(before: tuple[str, MakeModel], wire: Wire) -> None:
    name, make = before
    thread = await thread_of(make(thinking(name, CALLS)))
    second = await read(make(thinking(name, CALLS)), again(thread, "more"), add, photo)
    assert (second.error, wire.complaints) == (None, [])


async def test_a_run_that_waits_for_an_approval_goes_on_with_another_model(
    before: tuple[str, MakeModel], after: tuple[str, MakeModel], wire: Wire
) -> None:
    (one, make_one), (other, make_other) = before, after
    calls = "tool:erase:{}" if one == "local" else 'tools:{"add": {"a": 1, "b": 2}, "erase": {}}'
    agent = Agent(name="tester", tools=[add, erase])
    paused = await read(make_one(thinking(one, calls)), "go", agent=agent)
    [asked] = paused.result.interruptions
    kept = json.dumps(paused.result.to_state().to_json())
    state: RunState[Any, Any] = await RunState.from_json(agent, json.loads(kept))
    state.approve(state.get_interruptions()[0])
    model = make_other(f"{NAMES[other]}tool:erase:{{}}")
    resumed = Runner.run_streamed(agent, state, run_config=RunConfig(model=model))
    async for _ in resumed.stream_events():
        pass
    assert asked.name == "erase"
    assert wire.complaints == []
    assert resumed.final_output == ("The tool said: erased" if one == "local" else "The tool said: 3 | erased")


@pytest.mark.parametrize(("one", "other"), [("gemini", "gemini_generate"), ("gemini_generate", "gemini")])
async def test_one_model_of_googles_can_be_asked_on_either_wire(
    one: str, other: str, gemini: MakeModel, gemini_generate: MakeModel, wire: Wire
) -> None:
    makers = {"gemini": gemini, "gemini_generate": gemini_generate}
    name = thinking(one, CALLS)
    thread = await thread_of(makers[one](name))
    second = await read(makers[other](name), again(thread, "more"), add, photo)
    assert (second.error, wire.complaints) == (None, [])
