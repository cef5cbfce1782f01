"""Widgets, forms and calls of the browser's own, used on the page: in one lane and in several."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from playground.client import Client
from playground.errors import Conflict, NotFound
from playground.records import Tab
from playground.ui.handlers import chat
from playground.ui.handlers.acts import perform
from playground.ui.handlers.caller import Caller
from playground.ui.handlers.desk import Desk
from playground.ui.state import Shown, Told, read_files
from tests.house import ECHO, House, opened
from tests.ui.looking import Looker, looking

WAITER, ASKER = "tests.shows:waiter", "tests.askers:asker"
TEA = 'compatible/tool:serve_tea:{"count": 3}'


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path, agent=(WAITER, ASKER)) as house:
        yield house


class Page:
    """Ann's page on a tab with one lane, and what she does there."""

    def __init__(self, desk: Desk, ann: Client, tab: Tab, looker: Looker) -> None:
        self.desk, self.ann, self.tab, self.seen = desk, ann, tab, looker

    async def ask(self, model: str, agent: str = WAITER) -> None:
        """Asks an agent, on a model that decides what it does."""
        await self.ann.set_lane(self.tab.id, agent=agent, model=model)
        await chat.send(self.desk, self.ann, tab_id=self.tab.id, text="Go on")

    async def act(self, what: str, **more: Any) -> Shown:
        """Does something in the lane."""
        said = {"act": what, "tab": self.tab.id, "lane": self.tab.lane.id, "call": "c", **more}
        return await perform(Caller(self.desk, self.ann), said)

    async def item(self, kind: str) -> dict[str, Any]:
        """An item that the browser draws, once it is there."""
        await self.seen.until(lambda seen: any(one["type"] == kind for one in seen.feed.mounts.values()))
        return next(one for one in self.seen.feed.mounts.values() if one["type"] == kind)

    async def rest(self) -> None:
        """Waits until nothing is being answered."""
        await self.seen.until(lambda seen: seen.feed.run_id is None and "metrics" in seen.text)


@pytest.fixture
async def page(desk: Desk, ann: Client) -> AsyncIterator[Page]:
    tab = (await ann.tabs())[0]
    async with looking(desk, ann, tab.id) as looker:
        yield Page(desk, ann, tab, looker)


async def test_a_widgets_action_changes_it_on_the_page(page: Page) -> None:
    await page.ask(TEA)
    widget = await page.item("widget")
    assert f"of-{widget['id']}" in page.seen.text
    await page.rest()
    shown = await page.act("press", item=widget["id"], action={"type": "more", "payload": {"by": 4}})
    assert shown == Shown(told=Told("c"))
    await page.seen.until(lambda seen: seen.feed.mounts[widget["id"]]["widget"]["count"] == 7)


async def test_an_action_at_once_tells_the_script_what_changed_and_reaches_other_pages(page: Page) -> None:
    await page.ask(TEA)
    widget = await page.item("widget")
    await page.rest()
    shown = await page.act("press_at_once", item=widget["id"], action={"type": "more"})
    assert shown.told is not None
    assert shown.told.item is not None
    assert shown.told.item["widget"]["count"] == 4
    await page.seen.until(lambda seen: seen.feed.mounts[widget["id"]]["widget"]["count"] == 4)


async def test_what_a_handler_refuses_is_raised_for_the_visitor(page: Page) -> None:
    await page.ask(TEA)
    widget = await page.item("widget")
    await page.rest()
    with pytest.raises(Conflict, match="no tea left"):
        await page.act("press_at_once", item=widget["id"], action={"type": "refuse"})


async def test_a_form_is_answered_and_nobody_is_asked_to_approve_it(page: Page) -> None:
    await page.ask("compatible/tool:choose:{}", ASKER)
    form = await page.item("structured_input")
    await page.seen.until(lambda seen: seen.feed.run_id is not None)
    run = page.seen.feed.run_id
    assert page.seen.feed.asks == ()
    answers = {"colour": {"values": ["red"]}, "sizes": {"values": ["s", "l"]}, "why": {"values": ["So"]}}
    await page.act("answer", item=form["id"], run=run, input={"status": "answered", "answers": answers})
    await page.rest()
    answered = page.seen.feed.mounts[form["id"]]
    assert (answered["status"], answered["inputs"][2]["answer"]["values"]) == ("answered", ["So"])


async def test_the_second_page_that_answers_a_call_is_told_that_it_is_late(page: Page) -> None:
    await page.ask('compatible/tool:look:{"corner": "north"}', ASKER)
    call = await page.item("client_tool_call")
    await page.seen.until(lambda seen: seen.feed.run_id is not None)
    run = page.seen.feed.run_id
    assert await page.act("output", item=call["id"], run=run, output={"a": 1}) == Shown(told=Told("c"))
    assert await page.act("output", item=call["id"], run=run, output={"a": 2}) == Shown(told=Told("c", late=True))
    await page.rest()
    assert call["id"] not in page.seen.feed.mounts
    assert '{"a": 1}' in page.seen.text.replace("&quot;", '"').replace("\n", "").replace("{  ", "{")


async def test_effects_and_notices_of_a_run_that_was_over_at_once_are_heard(page: Page) -> None:
    await page.ask('compatible/tool:speak:{"text": "Boo"}')
    await page.seen.until(lambda seen: bool(seen.feed.effects))
    await page.rest()
    (effect,) = page.seen.feed.effects
    assert (effect.name, effect.data) == ("shake", {"by": None, "text": "Boo"})
    await page.seen.until(lambda seen: "Hear: Boo" in seen.text)
    await page.ask(ECHO)
    await page.seen.until(lambda seen: "Hear: Boo" not in seen.text)


async def test_a_locked_conversation_is_known_to_the_page(page: Page) -> None:
    await page.ask('compatible/tool:shut:{"how": "close"}')
    await page.seen.until(lambda seen: '"status":{"type":"closed","reason":"It is late."}' in seen.feed.board)


async def test_nobody_answers_for_somebody_else(page: Page, desk: Desk, bob: Client) -> None:
    await page.ask('compatible/tool:look:{"corner": "north"}', ASKER)
    call = await page.item("client_tool_call")
    await page.seen.until(lambda seen: seen.feed.run_id is not None)
    theirs = (await bob.tabs())[0]
    for act, more in (("output", {"output": 1}), ("answer", {"input": {"status": "skipped"}})):
        said = {"act": act, "tab": theirs.id, "lane": theirs.lane.id, "item": call["id"], "call": "c", **more}
        with pytest.raises(NotFound):
            await perform(Caller(desk, bob), {**said, "run": page.seen.feed.run_id})


async def test_files_go_along_and_leave_the_box(page: Page, house: House) -> None:
    made = await page.ann.attach("note.txt", "text/plain", b"hello")
    await page.ann.set_lane(page.tab.id, model=ECHO)
    shown = await chat.send(page.desk, page.ann, tab_id=page.tab.id, text="", files=[made.id])
    assert (shown.box, shown.files) == ("", {"sent": [made.id]})
    await page.rest()
    assert f'href="chatkit/attachments/{made.id}"' in page.seen.text
    with pytest.raises(NotFound):
        await chat.send(page.desk, house.client("vis_eve"), tab_id=page.tab.id, text="", files=[made.id])


async def test_files_go_to_every_lane(desk: Desk, ann: Client) -> None:
    first = (await ann.tabs())[0]
    await ann.set_lane(first.id, model=ECHO)
    tab = await ann.add_lane(first.id, model=ECHO)
    made = await ann.attach("note.txt", "text/plain", b"hello")
    async with looking(desk, ann, tab.id) as looker:
        await chat.send(desk, ann, tab_id=tab.id, text="Read", files=[made.id])
        await looker.until(lambda seen: all("user" in seen.kinds(lane.id) for lane in tab.lanes))
        for lane in tab.lanes:
            assert f'href="chatkit/attachments/{made.id}"' in looker.said(lane.id)


@pytest.mark.parametrize(
    ("value", "files"),
    [
        ({"tab": "t", "ids": ["a", "b"], "own": True}, ("a", "b")),
        ({"tab": "other", "ids": ["a"]}, ()),
        ({"tab": "t", "ids": [1]}, ()),
        ({"tab": "t", "ids": ["a"] * 101}, ()),
        ({"sent": ["a"]}, ()),
        (None, ()),
    ],
    ids=str,
)
def test_only_the_files_of_the_tab_itself_are_read(value: object, files: tuple[str, ...]) -> None:
    assert read_files(value, "t") == files
