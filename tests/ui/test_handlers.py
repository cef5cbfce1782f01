"""What the page does, on the real client and a provider on the loopback."""

import pytest

from playground.client import Client
from playground.errors import Malformed, NotFound
from playground.records import Decision, LaneSettings
from playground.ui.handlers import chat, lane, tabs
from playground.ui.handlers.desk import Desk
from playground.ui.state import Feed, Index
from tests.house import House
from tests.ui.looking import Looker, looking


async def test_a_page_opens_on_the_tab_its_address_names(desk: Desk, ann: Client) -> None:
    first = (await ann.tabs())[0]
    second = await ann.open_tab()
    for wanted, chosen in ((first.id, first.id), (None, second.id), ("tab_of_somebody_else", second.id)):
        shown = await tabs.load(desk, ann, wanted=wanted)
        assert (shown.strip or {})["chosen"] == chosen
        assert shown.lane is not None


async def test_a_foreign_tab_is_not_shown_and_cannot_be_touched(desk: Desk, ann: Client, bob: Client) -> None:
    theirs = (await bob.tabs())[0].id
    assert (await tabs.pick(desk, ann, tab_id=theirs)).strip != (await tabs.pick(desk, bob, tab_id=theirs)).strip
    with pytest.raises(NotFound):
        await chat.send(desk, ann, tab_id=theirs, text="hi")
    with pytest.raises(NotFound):
        await tabs.rename(desk, ann, tab_id=theirs, title="mine")
    with pytest.raises(NotFound):
        await tabs.close(desk, ann, tab_id=theirs, chosen="")
    with pytest.raises(NotFound):
        await lane.set_settings(ann, tab_id=theirs, instructions="x", temperature=None, max_tokens=None, effort=None)


async def test_closing_the_shown_tab_shows_its_neighbour_and_reopening_brings_it_back(desk: Desk, ann: Client) -> None:
    one = (await ann.tabs())[0].id
    two, three = (await ann.open_tab()).id, (await ann.open_tab()).id
    assert ((await tabs.close(desk, ann, tab_id=two, chosen=two)).strip or {})["chosen"] == three
    assert ((await tabs.close(desk, ann, tab_id=three, chosen=three)).strip or {})["chosen"] == one
    assert ((await tabs.close(desk, ann, tab_id=one, chosen=one)).strip or {})["chosen"] not in {one, two, three}
    assert ((await tabs.reopen(desk, ann)).strip or {})["chosen"] in {one, two, three}


async def test_closing_another_tab_leaves_the_shown_one(desk: Desk, ann: Client) -> None:
    one, two = (await ann.tabs())[0].id, (await ann.open_tab()).id
    assert ((await tabs.close(desk, ann, tab_id=one, chosen=two)).strip or {})["chosen"] == two


async def test_nothing_to_reopen_is_a_note(desk: Desk, ann: Client) -> None:
    await ann.tabs()
    assert (await tabs.reopen(desk, ann)).note is not None


async def test_a_title_is_kept_as_text_and_an_empty_one_changes_nothing(desk: Desk, ann: Client, tab_id: str) -> None:
    for title, kept in (("${1+1} <b>x</b>", "${1+1} <b>x</b>"), ("  ", "${1+1} <b>x</b>")):
        shown = await tabs.rename(desk, ann, tab_id=tab_id, title=title)
        assert (shown.strip or {})["tabs"][0]["title"] == kept


async def test_an_answer_is_watched_as_it_comes_and_carries_its_metrics(desk: Desk, ann: Client, tab_id: str) -> None:
    await lane.set_model(desk, ann, tab_id=tab_id, model="words-80@40")
    async with looking(desk, ann, tab_id) as page, looking(desk, ann, tab_id, page="other window") as other:
        assert (await chat.send(desk, ann, tab_id=tab_id, text="Go on")).box == ""
        await page.until(lambda seen: "w3" in seen.text and seen.feed.run_id is not None)
        await other.until(lambda seen: "w3" in seen.text)
        for window in (page, other):
            await window.until(lambda seen: "w79" in seen.text and "metrics" in seen.text)
            assert window.feed.run_id is None
    assert len([shown for shown in page.shown if shown.feed]) < 40  # of 80 words


async def test_a_blank_message_is_not_sent(desk: Desk, ann: Client, house: House, tab_id: str) -> None:
    assert (await chat.send(desk, ann, tab_id=tab_id, text=" \n")).box is None
    assert house.calls == []


async def test_stop_ends_the_run_and_takes_back_what_waits(desk: Desk, ann: Client, tab_id: str) -> None:
    await lane.set_model(desk, ann, tab_id=tab_id, model="words-500@20")
    async with looking(desk, ann, tab_id) as page:
        await chat.send(desk, ann, tab_id=tab_id, text="Go on")
        await page.until(lambda seen: "w2" in seen.text)
        await chat.send(desk, ann, tab_id=tab_id, text="And then")
        await page.until(lambda seen: bool(seen.feed.queued))
        await chat.stop(desk, ann, index=page.feed.index)
        await page.until(lambda seen: "Stopped" in seen.text and not seen.feed.run_id and not seen.feed.queued)


async def test_an_edit_makes_a_version_and_the_old_one_can_be_shown_again(desk: Desk, ann: Client, tab_id: str) -> None:
    async with looking(desk, ann, tab_id) as page:
        await chat.send(desk, ann, tab_id=tab_id, text="one")
        await page.until(lambda seen: "metrics" in seen.text)
        was = page.feed.index
        await chat.edit(desk, ann, index=was, item_id=was.item(0), text="two")
        await page.until(lambda seen: seen.text.startswith("two") and "metrics" in seen.text)
        versions = [shown.versions for shown in page.shown if shown.versions][-1]
        await chat.switch(desk, ann, index=page.feed.index, branch_id=versions.choices[-1][1])
        await page.until(lambda seen: seen.text.startswith("one"))


async def test_a_retry_answers_in_a_new_version(desk: Desk, ann: Client, tab_id: str) -> None:
    async with looking(desk, ann, tab_id) as page:
        await chat.send(desk, ann, tab_id=tab_id, text="one")
        await page.until(lambda seen: "metrics" in seen.text)
        was = page.feed.index
        await chat.again(desk, ann, index=was, item_id=was.item(0))
        await page.until(lambda seen: seen.feed.ids[:1] == was.ids[:1] and seen.feed.ids[1:] != was.ids[1:])


async def test_a_click_on_what_is_no_item_is_told(desk: Desk, ann: Client) -> None:
    with pytest.raises(Malformed):
        await chat.again(desk, ann, index=Index(), item_id=None)
    with pytest.raises(Malformed):
        await chat.edit(desk, ann, index=Index(), item_id=None, text="x")


async def test_a_thumb_is_kept(desk: Desk, ann: Client, tab_id: str) -> None:
    async with looking(desk, ann, tab_id) as page:
        await chat.send(desk, ann, tab_id=tab_id, text="one")
        await page.until(lambda seen: "metrics" in seen.text)
        await chat.rate(ann, index=page.feed.index, item_id=page.feed.ids[1], liked=True)
        desk.bell.ring(tab_id)
        await page.until(lambda seen: "Like" in seen.feed.feedback)


async def test_a_run_that_a_chatkit_ui_started_shows_up_by_itself(
    desk: Desk, ann: Client, house: House, tab_id: str
) -> None:
    async with looking(desk, ann, tab_id) as page:
        await chat.send(desk, ann, tab_id=tab_id, text="one")
        await page.until(lambda seen: "metrics" in seen.text)
        await house.guest("vis_ann").add(page.feed.thread_id or "", "from elsewhere")
        await page.until(lambda seen: seen.text.count("from elsewhere") == 2)


async def test_a_page_that_looks_elsewhere_stops_looking_with_an_empty_picture(desk: Desk, ann: Client) -> None:
    one, two = (await ann.tabs())[0].id, (await ann.open_tab()).id
    async with looking(desk, ann, one) as before, looking(desk, ann, two):
        await before.until(lambda seen: seen.over)
        assert before.shown[-1] == type(before.shown[-1])()


async def test_a_page_whose_tab_is_gone_is_sent_to_another(desk: Desk, ann: Client) -> None:
    tab = (await ann.tabs())[0]
    other = await ann.open_tab()
    async with looking(desk, ann, tab.id) as page:
        await chat.send(desk, ann, tab_id=tab.id, text="one")
        await page.until(lambda seen: "metrics" in seen.text)
        shown = await tabs.delete_thread(desk, ann, thread_id=page.feed.thread_id or "", chosen=tab.id)
        assert (shown.history or {})["threads"] == []
        await page.until(lambda seen: seen.over)
        assert (page.strip["chosen"], page.strip["moved"]) == (other.id, True)


async def test_a_hidden_page_stops_looking(desk: Desk, ann: Client, tab_id: str) -> None:
    async with looking(desk, ann, tab_id) as page:
        await page.until(lambda seen: bool(seen.shown))
        chat.leave(desk, page="page")
        await page.until(lambda seen: seen.over)


async def test_a_thread_of_the_history_opens_in_its_tab(desk: Desk, ann: Client, tab_id: str) -> None:
    async with looking(desk, ann, tab_id) as page:
        await chat.send(desk, ann, tab_id=tab_id, text="one")
        await page.until(lambda seen: "metrics" in seen.text)
    await tabs.close(desk, ann, tab_id=tab_id, chosen=tab_id)
    listed = (await tabs.history(ann, thread_id=None)).history or {}
    shown = await tabs.open_thread(desk, ann, thread_id=listed["threads"][0]["id"])
    assert (shown.strip or {})["chosen"] == tab_id
    assert isinstance(shown.feed, Feed)
    assert shown.feed.messages


async def test_the_window_shows_the_newest_and_more_on_demand(
    desk: Desk, ann: Client, house: House, tab_id: str
) -> None:
    async with looking(desk, ann, tab_id) as page:
        await chat.send(desk, ann, tab_id=tab_id, text="one")
        await page.until(lambda seen: "metrics" in seen.text)
    await house.place(page.feed.thread_id or "", *[("user_message", f"line {number}") for number in range(70)])
    for limit, more, shown in ((60, True, 60), (120, False, 72)):
        async with looking(desk, ann, tab_id, limit=limit) as page:
            await page.until(lambda seen: bool(seen.feed.messages))
            assert (page.feed.more, len(set(page.feed.ids))) == (more, shown)


async def test_a_lane_is_kept_per_tab(desk: Desk, ann: Client) -> None:
    one, two = (await ann.tabs())[0].id, (await ann.open_tab()).id
    await lane.set_agent(desk, ann, tab_id=two, agent="tests.staff:clerk")
    panel = (await lane.set_provider(desk, ann, tab_id=two, provider="openai")).lane
    assert panel is not None
    assert panel.model.startswith("openai/")
    assert (await ann.tab(one)).lane.agent == "tests.staff:parrot"
    assert (await ann.tab(two)).lane.agent == "tests.staff:clerk"


async def test_a_model_that_cannot_be_is_put_back_with_a_note(desk: Desk, ann: Client) -> None:
    tab = (await ann.tabs())[0]
    shown = await lane.set_model(desk, ann, tab_id=tab.id, model="two\nlines")
    assert shown.note is not None
    assert shown.lane is not None
    assert shown.lane.model == tab.lane.model


async def test_an_unknown_provider_is_refused(desk: Desk, ann: Client) -> None:
    with pytest.raises(Malformed):
        await lane.set_provider(desk, ann, tab_id=(await ann.tabs())[0].id, provider="acme")


async def test_settings_are_kept_checked_and_reset(desk: Desk, ann: Client, tab_id: str) -> None:
    await lane.set_settings(ann, tab_id=tab_id, instructions=" ", temperature=0.5, max_tokens=100.0, effort="low")
    kept = LaneSettings(temperature=0.5, max_tokens=100, effort="low")
    assert (await ann.tab(tab_id)).lane.settings == kept
    with pytest.raises(Malformed, match="temperature"):
        await lane.set_settings(ann, tab_id=tab_id, instructions=None, temperature=9, max_tokens=None, effort=None)
    assert (await ann.tab(tab_id)).lane.settings == kept
    await lane.reset_settings(desk, ann, tab_id=tab_id)
    assert (await ann.tab(tab_id)).lane.settings == LaneSettings()


ADD = 'compatible/tools:{"add_line":{"text":"milk"},"strike_line":{"number":1}}'


async def asking(desk: Desk, ann: Client, tab_id: str, page: Looker) -> None:
    """Waits until a page shows what the clerk asks."""
    await ann.set_lane(tab_id, agent="clerk", model=ADD)
    await chat.send(desk, ann, tab_id=tab_id, text="Write")
    await page.until(lambda seen: len(seen.feed.asks) == 2)


async def test_what_the_agent_asks_is_shown_in_every_window_and_decided_in_any(
    desk: Desk, ann: Client, tab_id: str
) -> None:
    async with looking(desk, ann, tab_id) as page, looking(desk, ann, tab_id, page="other window") as other:
        await asking(desk, ann, tab_id, page)
        await other.until(lambda seen: seen.feed.asks == page.feed.asks)
        assert (page.feed.run_id, "dots" in page.text) == (other.feed.run_id, False)
        add, strike = page.feed.asks
        index, run_id = page.feed.index, page.feed.run_id or ""
        no = [Decision(strike.call_id, approve=False, message="Keep it.")]
        await chat.decide(desk, ann, index=index, run_id=run_id, decisions=no)
        await other.until(lambda seen: [ask.approved for ask in seen.feed.asks] == [None, False])
        await chat.decide(desk, ann, index=index, run_id=run_id, decisions=[Decision(add.call_id, approve=True)])
        for window in (page, other):
            await window.until(lambda seen: not seen.feed.asks and "metrics" in seen.text)
            assert "The tool said: 1. milk | Keep it." in window.text
    shown = await tabs.load(desk, ann, wanted=tab_id)
    assert isinstance(shown.feed, Feed)
    assert shown.feed.messages == page.feed.messages


async def test_who_is_picked_now_goes_on(desk: Desk, ann: Client, tab_id: str, house: House) -> None:
    async with looking(desk, ann, tab_id) as page:
        await asking(desk, ann, tab_id, page)
        await ann.set_lane(tab_id, model="openai/words-3", settings=LaneSettings(max_tokens=77))
        yes = [Decision(ask.call_id, approve=True) for ask in page.feed.asks]
        await chat.decide(desk, ann, index=page.feed.index, run_id=page.feed.run_id or "", decisions=yes)
        await page.until(lambda seen: "w2" in seen.text and "metrics" in seen.text)
    assert house.calls[-1].body["max_output_tokens"] == 77


async def test_a_second_press_is_told_quietly_and_changes_nothing(desk: Desk, ann: Client, tab_id: str) -> None:
    async with looking(desk, ann, tab_id) as page:
        await asking(desk, ann, tab_id, page)
        index, run_id = page.feed.index, page.feed.run_id or ""
        yes = [Decision(ask.call_id, approve=True) for ask in page.feed.asks]
        first, second = [await chat.decide(desk, ann, index=index, run_id=run_id, decisions=yes) for _ in range(2)]
        assert (first.note, second.note and second.note.problem) == (None, False)
        assert (await chat.decide(desk, ann, index=index, run_id=run_id, decisions=[])).note is None
        await page.until(lambda seen: "metrics" in seen.text)


async def test_nobody_decides_for_another(desk: Desk, ann: Client, bob: Client, tab_id: str) -> None:
    theirs = (await bob.tabs())[0].id
    async with looking(desk, ann, tab_id) as page:
        await asking(desk, ann, tab_id, page)
        yes = [Decision(page.feed.asks[0].call_id, approve=True)]
        with pytest.raises(NotFound):
            await chat.decide(desk, bob, index=Index(tab=theirs), run_id=page.feed.run_id or "", decisions=yes)


async def test_stop_ends_a_run_that_waits(desk: Desk, ann: Client, tab_id: str) -> None:
    async with looking(desk, ann, tab_id) as page:
        await asking(desk, ann, tab_id, page)
        await chat.stop(desk, ann, index=page.feed.index)
        await page.until(lambda seen: "Stopped" in seen.text and not seen.feed.asks)
        assert "not run" in page.text or "not run" in str(page.feed.messages)
