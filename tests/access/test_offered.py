"""Where strangers come they are offered some agents and models, and reach no other by any way that there is."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from playground.access.offered import Choice
from playground.catalog import CURATED, Offer
from playground.client import Client
from playground.errors import Forbidden, PlaygroundError
from playground.policy import policy_of
from playground.records import Decision, LaneSettings
from playground.roster.roster import Roster
from playground.runs.approvals import Verdict
from playground.settings import Settings
from playground.ui.handlers.desk import Desk
from playground.ui.handlers.links import Wanted, follow_link
from playground.visitor import Scope, Visitor
from playground.web.options import described
from tests.house import ECHO, Guest, House, Json, message, opened

OTHER = "compatible/words-200"
PARROT, CLERK = "tests.staff:parrot", "tests.staff:clerk"
CHEAP = f"openai/{CURATED['openai'][1]}"
NOT_HERE = "is not on offer here"


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A public one that offers the parrot, on the echo."""
    async with opened(sqlite_url, tmp_path, public=True, offered_models=(ECHO,), offered_agents=(PARROT,)) as house:
        yield house


@pytest.fixture
async def before(sqlite_url: str, tmp_path: Path) -> str:
    """A thread, and a tab on it, from before the policy."""
    async with opened(sqlite_url, tmp_path) as house:
        client = house.client()
        [tab] = await client.tabs()
        settings = LaneSettings(instructions="Speak like a pirate.", max_tokens=9_999)
        tab = await client.set_lane(tab.id, agent=CLERK, model=OTHER, settings=settings)
        reply = await client.send(tab.id, "hello")
        await house.parts.engine.rest(client.visitor, reply.run_id)
        return reply.thread_id


def offers(**models: tuple[str, ...]) -> tuple[Offer, ...]:
    return tuple(Offer(name, name, True, "", tuple(f"{name}/{one}" for one in ids)) for name, ids in models.items())


def choice(*, listing: tuple[Offer, ...] = (), **settings: Any) -> Choice:
    return Choice(policy_of(Settings(**settings)), Roster(), listing)


class TestStrict:
    def test_without_a_key_only_what_runs_here_is_on_offer(self) -> None:
        found = choice(public=True, listing=offers(openai=("a",), compatible=("b",), local=("tiny",)))
        assert [offer.models for offer in found.offers()] == [("local/tiny",)]
        assert found.default_model() == "local/tiny"

    def test_of_a_provider_with_a_key_it_is_the_cheap_model_and_of_a_server_what_it_lists(self) -> None:
        listing = offers(openai=CURATED["openai"], compatible=("b", "c"))
        found = choice(public=True, openai_api_key="k", compatible_base_url="http://x/v1", listing=listing)
        assert [offer.models for offer in found.offers()] == [(CHEAP,), ("compatible/b", "compatible/c")]

    @pytest.mark.parametrize("model", ["local/other", "local/*", "local/", "openai/gpt-9", "compatible/tiny", "tiny"])
    def test_a_wildcard_stands_for_what_is_listed_and_not_for_what_is_typed(self, model: str) -> None:
        found = choice(public=True, listing=offers(local=("tiny",)))
        found.check(Visitor("v"), model="local/tiny")
        with pytest.raises(Forbidden, match=NOT_HERE):
            found.check(Visitor("v"), model=model)

    def test_a_model_that_is_named_is_on_offer_though_nobody_lists_it(self) -> None:
        found = choice(offered_models=("openai/my-own",), listing=offers(openai=("a",), local=("tiny",)))
        assert [offer.models for offer in found.offers()] == [("openai/my-own",)]
        assert found.default_model() == "openai/my-own"

    def test_a_token_narrows_what_is_on_offer_and_never_widens_it(self) -> None:
        visitor = Visitor(
            "tok", scope=Scope(agents=frozenset({"toolbox", "other"}), models=frozenset({"local/*", "a/b"}))
        )
        found = choice(offered_models=("openai/a", "local/tiny"), listing=offers(openai=("a",), local=("tiny", "big")))
        assert [offer.models for offer in found.offers(visitor)] == [("local/tiny",)]
        assert [agent.name for agent in found.agents(visitor)] == ["toolbox"]
        assert (found.default_agent(visitor), found.default_model(visitor)) == ("toolbox", "local/tiny")
        for refused in ({"model": "openai/a"}, {"model": "local/big"}, {"model": "a/b"}, {"agent": "assistant"}):
            with pytest.raises(Forbidden):
                found.check(visitor, **refused)

    def test_where_nobody_else_comes_anything_goes(self) -> None:
        found = choice(listing=offers(openai=("a",)))
        found.check(Visitor("v"), agent="anybody", model="anything/at all")
        assert found.offers() == found.everything


async def refused(asking: Awaitable[Any]) -> None:
    with pytest.raises(Forbidden, match=NOT_HERE):
        await asking


async def test_a_request_reaches_no_agent_and_no_model_that_is_not_on_offer(house: House) -> None:
    ann = house.guest()
    first = await ann.create()
    thread = first.thread_id
    await refused(ann.begin(model=OTHER))
    await refused(ann.begin(metadata={"agent": CLERK}))
    await refused(ann.begin(model=None, metadata={"model": OTHER}))
    await refused(ann.add(thread, model=OTHER))
    await refused(ann.add(thread, metadata={"agent": CLERK}))
    await refused(ann.add(thread, metadata={"edit_item_id": first.question, "model": OTHER}))
    await refused(ann.retry(thread, first.question, metadata={"model": OTHER}))
    await refused(ann.retry(thread, first.question, metadata={"agent": CLERK}))
    action: Json = {"thread_id": thread, "item_id": None, "action": {"type": "x", "payload": {}}}
    await refused(ann.start("threads.custom_action", action, metadata={"agent": CLERK}))
    await refused(ann.begin(metadata={"agent": "no:body"}))  # and nobody learns who there is
    assert [call.body["model"] for call in house.calls] == ["echo"]


async def test_a_request_that_names_nothing_is_answered_by_what_is_on_offer(house: House) -> None:
    told = await house.guest().create(model=None)
    run = await house.parts.engine.run(house.guest().visitor, told.run_id)
    assert (run.agent, run.model, run.status) == (PARROT, ECHO, "completed")


async def test_a_repeated_request_starts_nothing_on_what_was_taken_off(house: House) -> None:
    ann = house.guest()
    params = {"input": message(model=OTHER)}
    await refused(ann.start("threads.create", params, key="k1"))
    await refused(ann.start("threads.create", params, key="k1"))
    assert house.calls == []


async def test_the_page_reaches_no_other_either(house: House) -> None:
    client = house.client()
    [tab] = await client.tabs()
    assert (tab.lane.agent, tab.lane.model) == (PARROT, ECHO)
    reply = await client.send(tab.id, "hello")
    await house.parts.engine.rest(client.visitor, reply.run_id)
    question = (await client.view(reply.thread_id)).transcript.items[0].id
    ways: list[Callable[[Client], Awaitable[Any]]] = [
        lambda c: c.set_lane(tab.id, model=OTHER),
        lambda c: c.set_lane(tab.id, agent=CLERK),
        lambda c: c.add_lane(tab.id, model=OTHER),
        lambda c: c.add_lane(tab.id, agent=CLERK),
        lambda c: c.fork(tab.id, tab.lane.id, question, model=OTHER),
        lambda c: c.fork(tab.id, tab.lane.id, question, agent=CLERK, to="tab"),
        lambda c: Desk(house.parts).conductor.replay(c, tab.id, tab.lane.id, [OTHER]),
    ]
    for way in ways:
        await refused(way(client))
    assert len((await client.tab(tab.id)).lanes) == 1
    assert len(house.calls) == 1


async def test_a_link_opens_what_is_on_offer_and_says_what_is_not(house: House) -> None:
    link = Wanted(models=(OTHER, ECHO), agent=CLERK, prompt="hi")
    client = house.client()
    shown = await follow_link(Desk(house.parts), client, link)
    assert [(lane.agent, lane.model) for lane in (await client.tabs())[-1].lanes] == [(PARROT, ECHO)]
    assert shown.note is not None
    assert shown.note.text == f"{OTHER} is not on offer here. {CLERK} is not on offer here."


async def test_clients_and_pickers_are_told_only_of_what_is_on_offer(house: House) -> None:
    told = await described(house.parts, Visitor("v"))
    assert [agent["name"] for agent in told["agents"]] == [PARROT]
    assert [provider["models"] for provider in told["providers"]] == [(ECHO,)]
    assert (told["strict"], told["free_models"], told["default_agent"], told["default_model"]) == (
        True,
        False,
        PARROT,
        ECHO,
    )
    assert (told["instructions"], told["max_tokens"]) == ("hidden", 2048)
    desk, client = Desk(house.parts), house.client()
    picker = await desk.lane((await client.tabs())[0])
    assert (picker.free, [value for _, value in picker.models], [value for _, value in picker.agents]) == (
        False,
        [ECHO],
        [PARROT],
    )
    board = await desk.choices(await house.parts.offers())
    assert (board["free"], [one["models"][0]["name"] for one in board["providers"]]) == (False, [ECHO])


async def test_a_thread_from_before_is_read_and_goes_on_with_what_is_on_offer(before: str, house: House) -> None:
    ann, client = house.guest(), house.client()
    assert await ann.texts(before)
    await refused(ann.add(before))
    await refused(ann.add(before, model=ECHO))  # its agent is not on offer either
    assert (await ann.add(before, model=ECHO, metadata={"agent": PARROT})).answer == "hello"
    [tab] = await client.tabs()
    with pytest.raises(PlaygroundError, match=NOT_HERE):
        await client.send(tab.id, "more")
    assert tab.lane.settings == LaneSettings(max_tokens=2048)  # and what was the visitor's to set is not any more
    again = await client.open_tab()
    assert (again.lane.agent, again.lane.model) == (PARROT, ECHO)
    await client.set_lane(tab.id, agent=PARROT, model=ECHO)
    assert (await client.send(tab.id, "more")).thread_id == before


@pytest.mark.parametrize("model", [OTHER, "openai/gpt-9"])
async def test_a_run_that_waited_goes_on_with_what_is_on_offer_alone(
    sqlite_url: str, tmp_path: Path, model: str
) -> None:
    agents = ("tests.runs.agents:payer",)
    async with opened(sqlite_url, tmp_path, agent=agents) as house:
        ann = house.guest()
        reply = await ann.begin(model='compatible/tools:{"pay":{"amount":5}}')
        run = await house.parts.engine.rest(ann.visitor, reply.run_id)
    async with opened(sqlite_url, tmp_path, agent=agents, offered_models=(ECHO,)) as house:
        engine, ann = house.parts.engine, house.guest()
        decisions = [Decision(run.asks[0].call_id, approve=False)]
        for named in (None, model):
            await refused(engine.decide(ann.visitor, run.id, Verdict(decisions, model=named)))
        with pytest.raises(Forbidden, match="cannot be changed"):
            await _with_instructions(house, ann, run.id, decisions)
        await engine.decide(ann.visitor, run.id, Verdict(decisions, model=ECHO))
        assert (await engine.rest(ann.visitor, run.id)).status == "completed"


async def _with_instructions(house: House, ann: Guest, run_id: str, decisions: list[Decision]) -> None:
    policy = house.parts.policy
    object.__setattr__(policy, "instructions", "shown")
    try:
        verdict = Verdict(decisions, model=ECHO, settings=LaneSettings(instructions="Pay."))
        await house.parts.engine.decide(ann.visitor, run_id, verdict)
    finally:
        object.__setattr__(policy, "instructions", "editable")
