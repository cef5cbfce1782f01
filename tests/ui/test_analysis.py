"""A closer look at the lanes."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from playground.client import Client
from playground.records import Tab
from playground.ui.handlers.acts import perform
from playground.ui.handlers.analysis import TITLES, analyse
from playground.ui.handlers.caller import Caller
from playground.ui.handlers.desk import Desk
from tests.house import ECHO, until

Ask = Callable[..., Awaitable[dict[str, Any]]]
CALL = 'compatible/tool:stamp:{"text": "<b>"}'


@pytest.fixture
async def tab(ann: Client, tab_id: str) -> Tab:
    """Ann's tab: two lanes that answered one message, one of them with a tool."""
    await ann.set_lane(tab_id, model=ECHO, agent="tests.staff:clerk")
    tab = await ann.add_lane(tab_id, model=CALL)
    for sent in await ann.send_all(tab_id, "Hi <b>there</b>"):
        assert sent.reply is not None
        async for _ in ann.follow(sent.reply.run_id):
            pass
    await until(lambda: _rested(ann, tab))
    return await ann.tab(tab_id)


async def _rested(client: Client, tab: Tab) -> bool:
    lanes = (await client.tab(tab.id)).lanes
    return all([(await client.view(lane.thread_id or "")).live is None for lane in lanes])


@pytest.fixture
def ask(desk: Desk, ann: Client, tab: Tab) -> Ask:
    """Ann's question, and the answer."""

    async def analysed(view: str, **more: Any) -> dict[str, Any]:
        lanes = [lane.id for lane in tab.lanes]
        said = {"view": view, "tab": tab.id, "lanes": lanes, "round": None, "item": None, "n": 7, **more}
        shown = await analyse(Caller(desk, ann), said)
        assert shown.analysis is not None
        assert shown.analysis["asked"] == said
        return shown.analysis

    return analysed


@pytest.mark.parametrize(
    ("view", "words"),
    [("figures", "All rounds"), ("words", "echo"), ("steps", "stamp"), ("spread", "1 answer"), ("shares", "nothing")],
)
async def test_each_view_is_drawn(ask: Ask, view: str, words: str) -> None:
    found = await ask(view)
    assert "error" not in found
    assert found["title"] in TITLES.values()
    assert words in found["html"]
    assert "<b>there" not in found["html"]


async def test_a_round_and_a_message_can_be_named(ask: Ask, ann: Client, tab: Tab) -> None:
    view = await ann.view(tab.lane.thread_id or "")
    (run,) = view.runs.values()
    assert "This round" in (await ask("figures", round=run.round))["html"]
    assert "1 answer" in (await ask("spread", round=run.round, item=run.answers))["html"]
    assert "error" not in await ask("words", round=run.round)


async def test_votes_make_a_ranking(ask: Ask, desk: Desk, ann: Client, tab: Tab) -> None:
    assert (await ask("ranking"))["html"] == ""
    (run,) = (await ann.view(tab.lane.thread_id or "")).runs.values()
    vote = {"act": "vote", "tab": tab.id, "round": run.round, "choice": "lane", "lane": tab.lane.id}
    await perform(Caller(desk, ann), vote)
    assert ECHO in (await ask("ranking"))["html"]


async def test_a_comparison_is_shared_and_taken_back(ask: Ask, desk: Desk, bob: Client) -> None:
    made = (await ask("share"))["html"]
    (share,) = re.findall('data-unshare="([^"]+)"', made)
    assert (await ask("shares"))["html"].count("data-unshare") == 1
    theirs = {"view": "unshare", "tab": (await bob.tabs())[0].id, "id": share}
    assert "error" in ((await analyse(Caller(desk, bob), theirs)).analysis or {})
    assert "data-unshare" not in (await ask("unshare", id=share))["html"]


@pytest.mark.parametrize(
    "more",
    [
        {"tab": "tab_of_somebody_else"},
        {"view": "everything"},
        {"lanes": ["lan_no", "lan_nor"]},
        {"lanes": "both"},
        {"lanes": [None, None]},
        {"round": "rnd_no"},
        {"round": {"path": "/etc/passwd"}},
        {"n": -1},
        {"view": "unshare"},
        {"view": "unshare", "id": "shr_no"},
    ],
    ids=str,
)
async def test_what_cannot_be_shown_is_said(ask: Ask, more: dict[str, Any]) -> None:
    found = await ask(**{"view": "words", **more})
    assert found["error"]
    assert found["html"] == ""


async def test_nothing_tells_who_answered_before_the_vote(ask: Ask, ann: Client, tab: Tab) -> None:
    await ann.set_tab(tab.id, blind=True)
    for view in ("figures", "steps", "spread", "share"):
        assert (await ask(view))["error"]
    words = (await ask("words"))["html"]
    assert ECHO not in words
    assert CALL not in words


async def test_a_foreign_tab_is_not_looked_at(desk: Desk, bob: Client, tab: Tab) -> None:
    for view in TITLES:
        lanes = [lane.id for lane in tab.lanes]
        shown = await analyse(Caller(desk, bob), {"view": view, "tab": tab.id, "lanes": lanes, "id": "shr"})
        assert (shown.analysis or {})["error"] == "Not found."
