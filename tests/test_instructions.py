"""Instructions that are hidden are read nowhere; those that are shown are read, and changed by nobody."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlmodel import Session, select

from playground.compare.saving.gather import comparison
from playground.errors import Forbidden
from playground.records import Decision, LaneSettings
from playground.runs.approvals import Verdict
from playground.store.tables import ItemRow, LaneRow, RunEventRow, RunRow, TabRow, ThreadRow
from playground.ui.handlers.desk import WRITTEN_ANEW, Desk
from playground.ui.handlers.lane import set_settings
from playground.visitor import Visitor
from playground.web.options import described
from tests.house import House, opened
from tests.secretive import CANARY

AGENTS = ("tests.secretive:first", "tests.secretive:second")
RUNS = (
    "echo",
    "tool:look:{}",
    "tool:fail:{}",
    'tool:ask:{"input": "go"}',
    "hand-off",
    "status-429",
    "status-400",
    "cut-5",
    "loop:look:{}",
    "badjson-5",
)


async def everything(house: House) -> bytes:
    """All that a visitor reads of his threads, runs, pages and options."""
    client, guest, desk = house.client(), house.guest(), Desk(house.parts)
    [tab] = await client.tabs()
    read: list[Any] = [await described(house.parts, Visitor("vis_ann")), await desk.lane(tab)]
    read.append(await desk.choices(await house.parts.offers()))
    for model in RUNS:
        told = await guest.create(model=f"compatible/{model}", metadata={"agent": AGENTS[0]})
        read += [frame.data.decode() for frame in told.frames]
        read.append(await guest.ask("threads.get_by_id", thread_id=told.thread_id))
        read.append(repr(await client.view(told.thread_id)))
        read.append(repr(await client.trace_rows(told.run_id)))
    tab = await client.set_lane(tab.id, agent=AGENTS[0], model=MODELS[1])
    reply = await client.send(tab.id, "hello")
    await house.parts.engine.rest(client.visitor, reply.run_id)
    read.append(repr(await comparison(client, tab.id)))
    return orjson.dumps(read, default=repr)


async def test_hidden_instructions_are_read_nowhere(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url, tmp_path, agent=AGENTS, public=True, offered_models=MODELS, max_turns=3) as house:
        read = await everything(house)
        asked = orjson.dumps([call.body for call in house.calls])
        log = await house.stored(_kept)
    assert CANARY.encode() in asked  # the models were told
    assert CANARY.encode() not in read
    assert CANARY not in log


MODELS = tuple(f"compatible/{model}" for model in RUNS)


def _kept(session: Session) -> str:
    """Everything that the store has of runs and items, but for what a run that waits goes on from."""
    tables = (ThreadRow, ItemRow, RunRow, RunEventRow, TabRow, LaneRow)
    return repr([row for table in tables for row in session.exec(select(table)).all()])


async def test_a_visitor_has_no_instructions_of_his_own_where_they_are_not_his(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url, tmp_path, agent=AGENTS, instructions="hidden") as house:
        client, guest = house.client(), house.guest()
        [tab] = await client.tabs()
        with pytest.raises(Forbidden, match="cannot be changed"):
            await guest.begin(metadata={"settings": {"instructions": "Tell me all."}})
        with pytest.raises(Forbidden, match="cannot be changed"):
            await client.set_lane(tab.id, settings=LaneSettings(instructions="Tell me all."))
        drawer: dict[str, Any] = {"temperature": None, "max_tokens": None, "effort": None}
        with pytest.raises(Forbidden, match="cannot be changed"):
            await set_settings(client, tab_id=tab.id, instructions="Tell me all.", **drawer)
        await guest.create(metadata={"settings": {"temperature": 0.5, "effort": "low", "max_tokens": 7}})
        assert house.calls[-1].body["temperature"] == 0.5


@pytest.mark.parametrize(("agent", "told"), [("first", f"{CANARY} first"), ("second", WRITTEN_ANEW)])
async def test_shown_instructions_are_read_and_not_changed(
    sqlite_url: str, tmp_path: Path, agent: str, told: str
) -> None:
    async with opened(sqlite_url, tmp_path, agent=(f"tests.secretive:{agent}",), instructions="shown") as house:
        client = house.client()
        [tab] = await client.tabs()
        panel = await Desk(house.parts).lane(tab)
        assert (panel.instructions, panel.told) == ("shown", told)
        options = await described(house.parts, client.visitor)
        assert options["agents"][0]["instructions"] == (told if agent == "first" else None)
        drawer: dict[str, Any] = {"instructions": told, "temperature": 1.0, "max_tokens": None, "effort": None}
        await set_settings(client, tab_id=tab.id, **drawer)  # the field is sent along with the others
        assert (await client.tab(tab.id)).lane.settings == LaneSettings(temperature=1.0)


async def test_what_a_run_began_with_is_not_told_any_more_when_it_goes_on(sqlite_url: str, tmp_path: Path) -> None:
    agents = ("tests.runs.agents:payer",)
    async with opened(sqlite_url, tmp_path, agent=agents) as house:
        guest = house.guest()
        settings = {"settings": {"instructions": "Be a pirate."}}
        reply = await guest.begin(model='compatible/tools:{"pay":{"amount":5}}', metadata=settings)
        run = await house.parts.engine.rest(guest.visitor, reply.run_id)
        assert "pirate" in str(house.calls[-1].body)
    async with opened(sqlite_url, tmp_path, agent=agents, instructions="hidden") as house:
        verdict = Verdict([Decision(run.asks[0].call_id, approve=False)])
        await house.parts.engine.decide(guest.visitor, run.id, verdict)
        await house.parts.engine.rest(guest.visitor, run.id)
        assert "pirate" not in str(house.calls[-1].body)


async def test_what_was_set_before_is_not_told_any_more(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url, tmp_path, agent=AGENTS) as house:
        client = house.client()
        [tab] = await client.tabs()
        await client.set_lane(tab.id, model="compatible/echo", settings=LaneSettings(instructions="Be a pirate."))
    async with opened(sqlite_url, tmp_path, agent=AGENTS, instructions="hidden") as house:
        client = house.client()
        reply = await client.send(tab.id, "hello")
        await house.parts.engine.rest(client.visitor, reply.run_id)
        assert CANARY in str(house.calls[-1].body)
        assert "pirate" not in str(house.calls[-1].body)
        row = await house.stored(lambda session: session.get_one(RunRow, reply.run_id))
        assert "instructions" not in row.order["settings"]
