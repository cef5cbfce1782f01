"""Tools that are not for strangers: not there at all, or waiting for the owner, however an agent comes by them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from agents import RunContextWrapper

from playground.errors import Conflict, Forbidden, Malformed, NotFound
from playground.records import Decision, RunRecord
from playground.runs.approvals import Verdict
from playground.settings import UnsafeTools
from playground.toolkit import unsafe
from playground.toolkit.unsafe import allowing, guarded, is_unsafe
from tests.guards import NAMES, RAN, direct, handed, hosted, vouched, wipe
from tests.house import Guest, House, Told, message, opened

Opened = Callable[..., AbstractAsyncContextManager[House]]

WAYS = ["direct", "handing", "handed", "asking", "delegating"]
MODELS = {"direct": "tool:wipe:{}", "handing": "hand-off", "handed": "hand-off"}


@pytest.fixture(autouse=True)
def ran() -> Iterator[list[str]]:
    RAN.clear()
    yield RAN
    RAN.clear()


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Opened:
    return partial(opened, sqlite_url, tmp_path, agent=tuple(f"tests.guards:{name}" for name in NAMES))


def offered(house: House) -> set[str]:
    """The tools that any model was given in any call, by name or by kind."""
    tools = [tool for call in house.calls for tool in call.body.get("tools", ())]
    return {tool.get("name") or tool.get("function", {}).get("name") or tool["type"] for tool in tools}


async def asked(house: House, agent: str, model: str | None = None) -> Told:
    model = model or f"compatible/{MODELS.get(agent, 'two-tools')}"
    return await house.guest().create(model=model, metadata={"agent": f"tests.guards:{agent}"})


@pytest.mark.parametrize("way", WAYS)
async def test_where_they_are_on_they_are_given_to_the_model(house: Opened, way: str) -> None:
    async with house() as playground:
        await asked(playground, way)
        assert "wipe" in offered(playground)


@pytest.mark.parametrize("way", WAYS)
async def test_where_they_are_off_no_model_hears_of_them_and_none_can_call_them(house: Opened, way: str) -> None:
    async with house(unsafe_tools="off") as playground:
        await asked(playground, way)
        assert "stamp" in offered(playground)
        assert "wipe" not in offered(playground)
        if way == "direct":
            assert (await asked(playground, way, "compatible/tool:wipe:{}")).answer.startswith("The tool said: ")
    assert RAN == []


@pytest.mark.parametrize("way", ["hosted", "asking_hosted"])
async def test_the_sdks_own_that_run_code_or_reach_servers_are_unsafe_by_themselves(house: Opened, way: str) -> None:
    async with house(unsafe_tools="off") as playground:
        told = await asked(playground, way, "openai/two-tools")
        assert told.error is None
        assert offered(playground) - {"ask"} == {"stamp"}


async def test_what_its_author_vouches_for_stays(house: Opened) -> None:
    async with house(unsafe_tools="off") as playground:
        await asked(playground, "vouched", "openai/echo")
        assert offered(playground) == {"code_interpreter", "stamp"}


async def test_a_tool_that_is_off_cannot_be_chosen_and_is_not_listed(house: Opened) -> None:
    chosen = message(model="compatible/echo")
    chosen["inference_options"]["tool_choice"] = {"id": "wipe"}
    async with house(unsafe_tools="off") as playground:
        with pytest.raises(Malformed) as refused:
            await playground.guest().start(
                "threads.create", {"input": chosen}, metadata={"agent": "tests.guards:direct"}
            )
        assert "It has: stamp." in refused.value.message


def test_strangers_have_them_off_and_others_on() -> None:
    assert guarded(direct) is direct
    with allowing("off"):
        assert [tool.name for tool in guarded(direct).tools] == ["stamp"]
        assert guarded(hosted).mcp_servers == []
    assert [is_unsafe(tool) for tool in (wipe, *vouched.tools, *hosted.tools)] == [
        True,
        False,
        False,
        True,
        True,
        False,
    ]


def test_an_agent_that_was_guarded_once_stays_as_it_is() -> None:
    modes: tuple[UnsafeTools, ...] = ("off", "owner")
    for mode in modes:
        with allowing(mode):
            once = guarded(handed)
            assert guarded(once) is once
            assert once is not handed


@pytest.mark.parametrize("mode", ["off", "owner"])
async def test_a_marked_tool_is_off_in_an_agent_that_nobody_has_copied(mode: UnsafeTools) -> None:
    with allowing(mode):
        assert [tool.name for tool in await direct.get_all_tools(RunContextWrapper(None))] == ["stamp"]


def test_only_tools_can_be_marked() -> None:
    with pytest.raises(TypeError, match="above @function_tool"):
        unsafe(lambda: "plain")  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]


async def waiting(playground: House, guest: Guest, agent: str = "direct", model: str = "tool:wipe:{}") -> RunRecord:
    reply = await guest.begin(model=f"compatible/{model}", metadata={"agent": f"tests.guards:{agent}"})
    async with asyncio.timeout(20):
        while not (record := await playground.parts.engine.run(guest.visitor, reply.run_id)).asks:
            assert record.live, record
            await asyncio.sleep(0.01)
    return record


def word(record: RunRecord, *, approve: bool = True) -> Verdict:
    return Verdict([Decision(ask.call_id, approve) for ask in record.asks])


@pytest.mark.parametrize(("agent", "model"), [("direct", "tool:wipe:{}"), ("asking", "two-tools")])
async def test_where_the_owner_is_asked_the_run_waits_for_his_word_alone(house: Opened, agent: str, model: str) -> None:
    async with house(unsafe_tools="owner") as playground:
        guest, engine = playground.guest(), playground.parts.engine
        run = await waiting(playground, guest, agent, model)
        assert {(ask.kind, ask.tool) for ask in run.asks} == {("owner", "wipe")}
        with pytest.raises(Forbidden, match="waits for the owner"):
            await engine.decide(guest.visitor, run.id, word(run))
        assert RAN == []
        [shown] = [item for item in await guest.items(run.thread_id) if item["type"] == "workflow"]
        assert "waits for the owner" in str(shown)
        assert [(one.id, one.asks) for one in await engine.waiting_for_owner()] == [(run.id, run.asks)]
        while (run := await engine.rest(guest.visitor, run.id)).asks:  # one agent may ask for more than another
            await engine.decide_as_owner(run.id, word(run))
        assert run.status == "completed"
        assert set(RAN) == {"wipe"}
        assert await engine.waiting_for_owner() == ()


async def test_what_the_owner_does_not_allow_is_not_done(house: Opened) -> None:
    async with house(unsafe_tools="owner") as playground:
        guest, engine = playground.guest(), playground.parts.engine
        run = await waiting(playground, guest)
        await engine.decide_as_owner(run.id, word(run, approve=False))
        assert (await engine.rest(guest.visitor, run.id)).status == "completed"
        assert RAN == []
        with pytest.raises(Conflict):
            await engine.decide_as_owner(run.id, word(run))
        with pytest.raises(NotFound):
            await engine.decide_as_owner("run_unknown", word(run))


async def test_a_run_that_somebody_starts_within_does_nothing_without_the_owner(house: Opened) -> None:
    async with house(unsafe_tools="owner") as playground:
        await asked(playground, "delegating")
    assert RAN == []


async def test_what_nobody_could_wait_for_is_off_where_the_owner_is_asked(house: Opened) -> None:
    async with house(unsafe_tools="owner") as playground:
        await asked(playground, "hosted", "openai/two-tools")
        assert offered(playground) == {"stamp"}


async def test_only_the_visitor_stops_or_leaves_what_waits_for_the_owner(house: Opened) -> None:
    async with house(unsafe_tools="owner") as playground:
        guest, engine = playground.guest(), playground.parts.engine
        run = await waiting(playground, guest)
        assert (await engine.stop(guest.visitor, run.id)).status == "cancelled"
        assert await engine.waiting_for_owner() == ()
        assert RAN == []


def test_a_guarded_copy_leaves_the_authors_agent_alone() -> None:
    before: list[Any] = list(direct.tools)
    with allowing("off"):
        guarded(handed)
    assert direct.tools == before
