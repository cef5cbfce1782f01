"""A blind tab: who answers is not told before the vote, in nothing that goes to the browser."""

from collections.abc import Callable

from playground.client import Client
from playground.records import Tab
from playground.ui.handlers import chat, tabs
from playground.ui.handlers.acts import perform
from playground.ui.handlers.caller import Caller
from playground.ui.handlers.desk import Desk
from playground.ui.present import picture
from playground.ui.state import Shown
from tests.house import ECHO
from tests.ui.looking import Looker, looking

MODELS = (ECHO, "compatible/words-7", "google/none-such", "compatible/think-3-words-5")


async def blinded(client: Client, tab_id: str) -> Tab:
    await client.set_lane(tab_id, model=MODELS[0])
    for model in MODELS[1:]:
        await client.add_lane(tab_id, model=model)
    return await client.set_tab(tab_id, blind=True)


def sent(page: Looker) -> str:
    """All that went to the browser of the tab, but for what can be picked."""
    return "".join(str(picture(Shown(strip=one.strip, feed=one.feed, note=one.note), {})) for one in page.shown)


async def test_who_answers_is_told_after_the_vote(desk: Desk, ann: Client, tab_id: str) -> None:
    tab = await blinded(ann, tab_id)
    caller = Caller(desk, ann)
    loaded = await tabs.load(desk, ann, wanted=tab_id)
    assert loaded.lane is not None
    assert loaded.lane.model not in MODELS
    async with looking(desk, ann, tab_id) as page:
        refused = await chat.send(desk, ann, tab_id=tab_id, text="Hi")
        assert refused.note is not None
        assert not any(model in refused.note.text for model in MODELS)
        answered = [lane.id for lane in tab.lanes if not lane.model.startswith("google")]
        await page.until(lambda seen: all("answer" in seen.kinds(lane) for lane in answered))
        await page.until(lambda seen: not any(lane["live"] for lane in seen.board["lanes"]))
        names = [lane["name"] for lane in page.board["lanes"]]
        assert names == ["A", "B", "C", "D"]
        assert not page.board["revealed"]
        assert not any(model in sent(page) for model in MODELS)
        assert not any({"metrics", "thought"} & set(page.kinds(lane)) for lane in answered)

        (round_id,) = page.board["rounds"]
        await perform(caller, {"act": "vote", "tab": tab_id, "round": round_id, "choice": "lane", "lane": answered[0]})
        await page.until(lambda seen: seen.board["revealed"])
        assert {lane["name"] for lane in page.board["lanes"]} == set(MODELS)
        assert page.board["votes"] == {round_id: answered[0]}
        assert all("metrics" in page.kinds(lane) for lane in answered)
        (vote,) = await ann.votes()
        assert (vote.blind, vote.winner) == (True, MODELS[0])

        await perform(caller, {"act": "vote", "tab": tab_id, "round": round_id, "choice": "tie"})
        assert [vote.blind for vote in await ann.votes()] == [False]


async def test_the_next_round_is_blind_again(desk: Desk, ann: Client, tab_id: str) -> None:
    tab = await blinded(ann, tab_id)
    await perform(Caller(desk, ann), {"act": "remove", "tab": tab_id, "lane": tab.lanes[2].id})
    async with looking(desk, ann, tab_id) as page:
        for count in (1, 2):
            await chat.send(desk, ann, tab_id=tab_id, text="Hi")
            await page.until(_answered(count))
            assert not page.board["revealed"]
            assert not any("metrics" in page.kinds(lane["id"]) for lane in page.board["lanes"])
            said = {"act": "vote", "tab": tab_id, "round": page.board["rounds"][-1], "choice": "bad"}
            await perform(Caller(desk, ann), said)
            await page.until(lambda seen: seen.board["revealed"])


def _answered(count: int) -> Callable[[Looker], bool]:
    return lambda seen: len(seen.board["rounds"]) == count and not any(one["live"] for one in seen.board["lanes"])
