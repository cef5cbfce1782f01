"""Several lanes on one page: what each of them shows, and that none is another's trouble."""

import asyncio
import json
from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from playground.client import Client
from playground.compare.drawing.entries import Drawn
from playground.records import MOST_LANES, Tab
from playground.store.tables import ItemRow
from playground.ui.column import Column
from playground.ui.handlers import chat
from playground.ui.handlers.acts import perform
from playground.ui.handlers.caller import Caller
from playground.ui.handlers.desk import Desk
from playground.ui.present import picture
from playground.ui.state import Columns, Feed, Shown
from tests.house import ECHO, House, until
from tests.ui.looking import Looker, looking

CLERK = "tests.staff:clerk"


async def beside(client: Client, tab_id: str, *models: str, agent: str | None = None) -> Tab:
    """Ann's tab with these models side by side."""
    tab = await client.set_lane(tab_id, model=models[0], agent=agent)
    for model in models[1:]:
        tab = await client.add_lane(tab_id, model=model, agent=agent)
    return tab


def done(lane_id: str) -> Callable[[Looker], bool]:
    """Whether a lane shows what its answer took."""
    return lambda seen: "metrics" in seen.kinds(lane_id)


async def asked(desk: Desk, client: Client, page: Looker, tab: Tab, text: str = "Hi") -> None:
    """A message to all lanes, answered in all of them."""
    before = {lane.id: page.kinds(lane.id).count("metrics") for lane in tab.lanes}
    await chat.send(desk, client, tab_id=tab.id, text=text)
    await page.until(lambda seen: all(seen.kinds(lane).count("metrics") > count for lane, count in before.items()))


async def test_each_lane_shows_its_own_and_none_waits_for_another(desk: Desk, ann: Client, tab_id: str) -> None:
    call = 'compatible/tool:stamp:{"text": "<b>x</b>"}'
    models = ("compatible/words-60@60", "compatible/stall-5", "compatible/drop-7", call)
    tab = await beside(ann, tab_id, *models, agent=CLERK)
    words, stalled, broken, tools = (lane.id for lane in tab.lanes)
    async with looking(desk, ann, tab_id) as page:
        assert (await chat.send(desk, ann, tab_id=tab_id, text="Go on")).box == ""
        await page.until(lambda seen: all(done(lane)(seen) for lane in (words, broken, tools)))
        await page.until(lambda seen: "w4" in seen.said(stalled))
        assert "w59" in page.said(words)
        assert page.on_board(stalled)["live"]
        assert "metrics" not in page.kinds(stalled)
        assert page.kinds(broken)[-2:] == ["note", "metrics"]
        assert [lane["failed"] for lane in page.board["lanes"]] == [False, False, True, False]
        assert "w6" in page.said(broken)
        assert page.kinds(tools) == ["user", "step", "answer", "metrics"]
        step = page.blocks(tools)[1]
        assert step["tool"]["name"] == "stamp"
        assert "<b>x</b>" not in page.said(tools)
        assert page.redrawn == []
        assert len({block["round"] for lane in tab.lanes for block in page.blocks(lane.id)}) == 1
        await perform(Caller(desk, ann), {"act": "stop", "tab": tab_id, "lane": stalled})
        await page.until(done(stalled))
        assert page.board["rounds"] == [page.blocks(words)[0]["round"]]


async def test_who_comes_in_the_middle_sees_in_the_end_what_all_see(desk: Desk, ann: Client, tab_id: str) -> None:
    tab = await beside(ann, tab_id, "compatible/words-90@60", 'compatible/tool:stamp:{"text": "x"}', agent=CLERK)
    lanes = [lane.id for lane in tab.lanes]
    async with looking(desk, ann, tab_id) as page:
        await chat.send(desk, ann, tab_id=tab_id, text="Go on")
        await page.until(lambda seen: "w9" in seen.said(lanes[0]))
        async with looking(desk, ann, tab_id, page="reloaded") as other:
            await other.until(lambda seen: "w9" in seen.said(lanes[0]))
            for window in (page, other):
                await window.until(lambda seen: all(done(lane)(seen) for lane in lanes))
            assert other.redrawn == page.redrawn == []
            assert [other.blocks(lane) for lane in lanes] == [page.blocks(lane) for lane in lanes]
        async with looking(desk, ann, tab_id, page="afterwards") as last:
            await last.until(lambda seen: all(done(lane)(seen) for lane in lanes))
            assert last.columns.lanes == page.columns.lanes


async def test_many_rounds_only_add_lines(desk: Desk, ann: Client, tab_id: str) -> None:
    tab = await beside(ann, tab_id, ECHO, "compatible/words-20@80")
    async with looking(desk, ann, tab_id) as page:
        for text in ("One", "Two", "Three"):
            await asked(desk, ann, page, tab, text)
        assert page.redrawn == []
        assert len(page.board["rounds"]) == 3


@pytest.mark.parametrize("payload", ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", '"><svg onload=a()>'])
async def test_what_models_and_tools_say_is_never_markup(desk: Desk, ann: Client, tab_id: str, payload: str) -> None:
    call = f"compatible/tool:stamp:{json.dumps({'text': payload})}"
    tab = await beside(ann, tab_id, ECHO, call, agent=CLERK)
    async with looking(desk, ann, tab_id) as page:
        await asked(desk, ann, page, tab, payload)
        for lane in tab.lanes:
            assert payload not in page.said(lane.id)
            assert "&lt;" in page.said(lane.id)


async def test_a_lane_that_cannot_be_read_says_so_and_the_others_go_on(
    desk: Desk, ann: Client, house: House, tab_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    tab = await beside(ann, tab_id, ECHO, ECHO)
    one, other = (lane.id for lane in tab.lanes)
    async with looking(desk, ann, tab_id) as page:
        await asked(desk, ann, page, tab)
        shown = page.said(one)
        thread_id = (await ann.tab(tab_id)).lanes[0].thread_id
        await house.change(lambda session: spoil(session, thread_id))
        await perform(Caller(desk, ann), {"act": "send", "tab": tab_id, "lane": other, "text": "More"})
        await page.until(lambda seen: seen.kinds(other).count("metrics") == 2 and seen.on_board(one)["error"])
        assert page.said(one) == shown
        assert page.on_board(other)["error"] is None
    assert [record.message for record in caplog.records] == ["a lane cannot be shown"]


def spoil(session: Session, thread_id: str | None) -> None:
    """Stores what is no item."""
    for row in session.exec(select(ItemRow).where(ItemRow.thread_id == thread_id)):
        row.payload = {"type": "what?"}
        session.add(row)


async def test_a_lane_that_raises_keeps_its_trouble_to_itself(ann: Client) -> None:
    column = Column(ann, asyncio.Event())
    said: list[str | None] = []
    for thread_id in ("thr_that_is_not_there", None):
        await column.read(thread_id, 60)
        said.append(column.error)
    assert said == ["Not found.", None]


async def test_a_tab_goes_from_one_lane_to_several_and_back(desk: Desk, ann: Client, tab_id: str) -> None:
    caller = Caller(desk, ann)
    async with looking(desk, ann, tab_id) as page:
        await chat.send(desk, ann, tab_id=tab_id, text="One")
        await page.until(lambda seen: "metrics" in seen.text)
        assert json.loads(page.feed.board)["lanes"][0]["live"] is False
        await perform(caller, {"act": "add", "tab": tab_id})
        await page.until(lambda seen: len(seen.columns.lanes) == 2)
        first, second = page.board["lanes"]
        assert page.kinds(first["id"]) == ["user", "answer", "metrics"]
        assert (second["unheard"], page.kinds(second["id"])) == (True, [])
        shown = await perform(caller, {"act": "remove", "tab": tab_id, "lane": first["id"]})
        assert shown.lane is not None
        await page.until(lambda seen: seen.shown[-1].feed is seen.feed)
        assert page.feed.messages == ()


def test_a_conversation_takes_the_place_of_the_lanes_before_it() -> None:
    two = picture(Shown(feed=Columns("{}", {"a": Drawn(), "b": Drawn()}), strip={"tabs": []}), {"watch": "w"})
    assert {"lane:a", "tail:b", "board", "strip", "watch"} < set(two)
    one = picture(Shown(feed=Feed()), two)
    assert set(one) == {"watch", "strip", "asks", "settled", "open", "rest", "board", "mounts", "effects"}
    assert picture(Shown(), two) == two


async def test_messages_go_to_all_that_are_not_muted(desk: Desk, ann: Client, tab_id: str) -> None:
    tab = await beside(ann, tab_id, ECHO, ECHO, ECHO)
    quiet = tab.lanes[1].id
    await perform(Caller(desk, ann), {"act": "mute", "tab": tab_id, "lane": quiet, "on": True})
    async with looking(desk, ann, tab_id) as page:
        await chat.send(desk, ann, tab_id=tab_id, text="Hi")
        await page.until(lambda seen: all(done(lane.id)(seen) for lane in tab.lanes if lane.id != quiet))
        assert page.kinds(quiet) == []


async def test_a_lane_that_cannot_be_asked_is_named(desk: Desk, ann: Client, tab_id: str) -> None:
    await beside(ann, tab_id, ECHO, "google/none")
    shown = await chat.send(desk, ann, tab_id=tab_id, text="Hi")
    assert shown.box == ""
    assert shown.note is not None
    assert shown.note.text.startswith("google/none: ")
    assert shown.note.problem


async def test_what_no_lane_takes_stays_in_the_box(desk: Desk, ann: Client, tab_id: str) -> None:
    await beside(ann, tab_id, "google/none", "anthropic/none")
    shown = await chat.send(desk, ann, tab_id=tab_id, text="Hi")
    assert shown.box is None
    assert shown.note is not None


async def test_stop_stops_every_lane_and_takes_back_what_waits(desk: Desk, ann: Client, tab_id: str) -> None:
    tab = await beside(ann, tab_id, *["compatible/words-900@20"] * 3)
    async with looking(desk, ann, tab_id) as page:
        await chat.send(desk, ann, tab_id=tab_id, text="Go on")
        await page.until(lambda seen: all("w2" in seen.said(lane.id) for lane in tab.lanes))
        await chat.send(desk, ann, tab_id=tab_id, text="And then")
        await page.until(lambda seen: all(seen.on_board(lane.id)["queued"] for lane in tab.lanes))
        await perform(Caller(desk, ann), {"act": "stop_all", "tab": tab_id})
        await page.until(lambda seen: not any(seen.on_board(lane.id)["live"] for lane in tab.lanes))
        assert all("Stopped" in page.said(lane.id) for lane in tab.lanes)
        assert not any(page.on_board(lane.id)["queued"] for lane in tab.lanes)


async def test_earlier_widens_one_lane_of_one_page(desk: Desk, ann: Client, house: House, tab_id: str) -> None:
    tab = await beside(ann, tab_id, ECHO, ECHO)
    async with looking(desk, ann, tab_id, limit=4) as page:
        await asked(desk, ann, page, tab)
        one, other = (await ann.tab(tab_id)).lanes
        for lane in (one, other):
            await house.place(lane.thread_id or "", *[("user_message", f"m{number}") for number in range(9)])
        async with looking(desk, ann, tab_id, limit=4, page="new") as new:
            await new.until(lambda seen: len(seen.blocks(one.id)) == 4)
            assert new.on_board(one.id)["more"]
            caller = Caller(desk, ann, page="new")
            await perform(caller, {"act": "earlier", "tab": tab_id, "lane": one.id})
            await new.until(lambda seen: "metrics" in seen.kinds(one.id))
            assert len(new.blocks(other.id)) == 4


async def test_a_tab_has_so_many_lanes_and_the_page_shows_them_all(desk: Desk, ann: Client, tab_id: str) -> None:
    tab = await beside(ann, tab_id, *[ECHO] * MOST_LANES)
    async with looking(desk, ann, tab_id) as page:
        await asked(desk, ann, page, tab)
        names = [lane["name"] for lane in page.board["lanes"]]
        assert len(set(names)) == MOST_LANES
    await until(lambda: settled(ann, tab_id))


async def settled(client: Client, tab_id: str) -> bool:
    tab = await client.tab(tab_id)
    return all([(await client.view(lane.thread_id or "")).live is None for lane in tab.lanes])
