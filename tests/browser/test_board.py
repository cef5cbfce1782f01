"""Lanes side by side, as a visitor uses them."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_page import about, say

pytestmark = pytest.mark.browser

STAMP = 'tool:stamp:{"text":"paper"}'
FOUR = ("openai/words-6", "anthropic/stall-5", "google/cut-5", f"compatible/{STAMP}")
PAIR = ("openai/echo", "anthropic/say:Hello you")


class Board:
    """A page with lanes on it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    def open(self, *models: str, agent: str = "tests.staff:clerk", **asked: str) -> "Board":
        """A link's comparison."""
        query = urlencode({"compare": ",".join(models), "agent": agent, **asked})
        self.page.goto(f"{self.address}/?{query}")
        expect(self.lanes).to_have_count(len(models))
        return self

    @property
    def lanes(self) -> Locator:
        return self.page.locator(".lane")

    def lane(self, number: int) -> Locator:
        return self.lanes.nth(number)

    def ask(self, text: str) -> None:
        """Asks all lanes, and waits until they have answered."""
        before = self.lanes.locator("[data-kind=metrics]").count()
        say(self.page, text)
        self.answered(before + self.lanes.count())

    def answered(self, times: int) -> None:
        """Waits until so many answers are there, and none is being written."""
        expect(self.lanes.locator("[data-kind=metrics]")).to_have_count(times)
        expect(self.page.locator(".lane header .dot.live")).to_have_count(0)

    def button(self, number: int, name: str) -> Locator:
        """The newest of a lane's buttons by that name."""
        return self.lane(number).get_by_role("button", name=name).last

    def menu(self, number: int, name: str) -> None:
        """Picks from a lane's menu."""
        self.lane(number).locator("header .more").click()
        self.page.get_by_role("menuitem", name=name).click()

    @property
    def closer(self) -> Locator:
        return self.page.locator(".closer")


@pytest.fixture
def board(browser: Browser, crowded_address: str) -> Iterator[Board]:
    """A new visitor's page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(20_000)
    expect.set_options(timeout=15_000)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield Board(page, crowded_address)
    context.close()
    assert troubles == []


def test_four_providers_answer_each_in_its_lane(board: Board) -> None:
    board.open(*FOUR, prompt="go")
    box = board.page.locator("#box textarea")
    expect(box).to_have_value("go")
    expect(board.lanes.locator("[data-kind=user]")).to_have_count(0)  # a link sends nothing
    expect(box).to_have_attribute("placeholder", "Message all 4 lanes")
    box.press("Enter")
    expect(board.lane(0)).to_contain_text("w0 w1 w2 w3 w4 w5")
    expect(board.lane(0).locator("[data-kind=metrics]")).to_contain_text("out")
    expect(board.lane(1)).to_contain_text("w0 w1 w2 w3 w4")
    expect(board.lane(1).locator("header .dot")).to_have_class("dot live")
    expect(board.lane(2).locator(".note.danger")).to_contain_text("broke off")
    expect(board.lane(2).locator("header .dot")).to_have_class("dot failed")
    expect(board.lane(3)).to_contain_text("The tool said: stamped paper")
    board.button(1, "Stop").click()
    expect(board.lane(1)).to_contain_text("Stopped")
    expect(board.page.locator("#stop")).to_be_hidden()


def test_a_reload_in_the_middle_loses_and_doubles_nothing(board: Board) -> None:
    board.open("openai/words-120@25", "anthropic/words-120@30")
    say(board.page, "go")
    expect(board.lane(0)).to_contain_text("w9 ")
    board.page.reload()
    board.answered(2)
    words = " ".join(f"w{number}" for number in range(120))
    for number in range(2):
        expect(board.lane(number).locator("[data-kind=answer] .body")).to_have_text(words)
        expect(board.lane(number).locator("[data-kind=user]")).to_have_count(1)


def test_what_was_opened_and_marked_stays_while_the_lane_goes_on(board: Board) -> None:
    board.open(f"openai/{STAMP}", "anthropic/echo")
    board.ask("first of all")
    fold = board.lane(0).locator("details.step").first
    fold.locator("summary").click()
    board.page.evaluate("getSelection().selectAllChildren(document.querySelector('.lane [data-kind=answer] .body'))")
    marked = board.page.evaluate("String(getSelection())")
    assert marked.startswith("The tool said")
    board.lane(0).get_by_placeholder("Only this lane…").evaluate(
        "(input) => { input.value = 'again'; input.form.requestSubmit(); }"
    )
    board.answered(3)
    expect(fold).to_have_attribute("open", "")
    assert board.page.evaluate("String(getSelection())") == marked


def test_a_lane_can_be_talked_to_alone(board: Board) -> None:
    board.open(*PAIR)
    field = board.lane(0).get_by_placeholder("Only this lane…")
    field.fill("only you")
    field.press("Enter")
    expect(board.lane(0).locator("[data-kind=answer]")).to_have_text(re.compile("only you"))
    expect(field).to_have_value("")
    expect(board.lane(1).locator(".piece")).to_have_count(0)


def test_who_answers_is_picked_by_keyboard_in_its_lane(board: Board) -> None:
    board.open(*PAIR)
    who = board.lane(0).locator(".who")
    who.focus()
    board.page.keyboard.press("Enter")
    window = board.page.get_by_role("dialog", name="Who answers")
    expect(window.get_by_label("Agent")).to_be_focused()
    with board.page.expect_response(about('"provider":"anthropic"')):
        window.get_by_label("Provider").select_option("anthropic")
    expect(who).to_contain_text("claude")
    with board.page.expect_response(about('"model":"anthropic/say:Other"')):
        window.get_by_label("Model").fill("say:Other")
        window.get_by_label("Model").press("Enter")
    expect(who).to_contain_text("say:Other")
    expect(window).to_be_hidden()
    who.press("Enter")
    with board.page.expect_response(about('"effort":"high"')):
        window.get_by_label("Effort").select_option("high")
    expect(who).to_contain_text("· high")
    with board.page.expect_response(about('"agent":"assistant"')):
        window.get_by_label("Agent").select_option("assistant")
    expect(who).to_contain_text("Assistant")
    board.page.keyboard.press("Escape")
    expect(window).to_be_hidden()
    expect(who).to_be_focused()


def test_lanes_are_added_doubled_moved_muted_and_removed(board: Board) -> None:
    board.open(*PAIR)
    board.page.get_by_role("button", name="Add a lane").click()
    expect(board.lanes).to_have_count(3)
    board.menu(1, "Duplicate")
    expect(board.lanes).to_have_count(4)
    names = board.page.locator(".lane .who b")
    expect(names).to_have_text(["echo", "say:Hello you", "say:Hello you (2)", "say:Hello you (3)"])
    board.menu(1, "Move left")
    expect(names).to_have_text(["say:Hello you", "echo", "say:Hello you (2)", "say:Hello you (3)"])
    board.menu(0, "Move right")
    expect(names.first).to_have_text("echo")
    board.menu(3, "Remove")
    board.menu(2, "Remove")
    expect(board.lanes).to_have_count(2)
    board.menu(1, "Mute")
    expect(board.lane(1)).to_contain_text("Muted")
    say(board.page, "who hears me?")
    board.answered(1)
    expect(board.lane(1).locator(".piece")).to_have_count(0)
    board.menu(1, "Unmute")
    expect(board.lane(1)).not_to_contain_text("Muted")
    board.menu(0, "Remove")
    board.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(board.lanes).to_have_count(2)
    board.menu(0, "Remove")
    board.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(board.page.locator("#chat")).to_be_visible()


def test_settings_are_those_of_the_lane(board: Board) -> None:
    board.open(*PAIR)
    field = board.page.locator("#instructions textarea")
    with board.page.expect_response(about('"act":"settings"')):
        board.menu(1, "Settings…")
    expect(field).to_have_value("")
    with board.page.expect_response(about('"Be brief."')):
        field.press_sequentially("Be brief.")
    board.page.keyboard.press("Escape")
    board.menu(0, "Settings…")
    expect(field).to_have_value("")
    board.page.keyboard.press("Escape")
    board.menu(1, "Settings…")
    expect(field).to_have_value("Be brief.")


def test_a_message_is_written_anew_and_answered_again_and_a_version_shown(board: Board) -> None:
    board.open(*PAIR)
    board.ask("one")
    asked = board.lane(0).locator("[data-kind=user]")
    asked.hover()
    asked.get_by_role("button", name="Edit this message").click()
    field = asked.get_by_label("The message in other words")
    expect(field).to_have_value("one")
    field.fill("two")
    field.press("Enter")
    expect(board.lane(0).locator("[data-kind=answer]")).to_have_text(re.compile("two"))
    board.answered(2)
    board.button(0, "Answer again").click()
    expect(board.lane(0).get_by_role("button", name="Spread of 2 answers")).to_have_count(1)
    board.answered(2)
    board.menu(0, "Versions (3)…")
    board.page.get_by_role("menuitemcheckbox").last.click()
    expect(board.lane(0).locator("[data-kind=answer]")).to_have_text(re.compile("one"))


def test_an_answer_is_copied(board: Board) -> None:
    board.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    board.open("openai/say:**Hi** there", "anthropic/echo")
    board.ask("go")
    board.button(0, "Copy this answer").click()
    expect(board.page.get_by_role("status").filter(has_text="Copied.")).to_have_count(1)
    assert board.page.evaluate("navigator.clipboard.readText()") == "Hi there"


def test_a_lane_forks_to_another_model_beside_it_and_to_a_tab(board: Board) -> None:
    board.open(*PAIR)
    board.ask("remember")
    board.button(0, "Fork here…").click()
    window = board.page.get_by_role("dialog", name="Fork here")
    window.get_by_label("Model").fill("google/echo")
    window.get_by_role("button", name="Fork").click()
    expect(board.lanes).to_have_count(3)
    expect(board.page.locator(".lane", has_text="Google")).to_contain_text("remember")
    board.button(0, "Fork here…").click()
    window.get_by_label("Goes to").select_option("tab")
    window.get_by_role("button", name="Fork").click()
    expect(board.page.get_by_role("tab", selected=True)).not_to_have_text("")
    expect(board.page.locator("#chat")).to_contain_text("remember")


def test_a_lane_forks_at_a_tools_step(board: Board) -> None:
    board.open(f"openai/{STAMP}", "anthropic/echo")
    board.ask("stamp")
    step = board.lane(0).locator("[data-kind=step]")
    step.hover()
    step.get_by_role("button", name="Fork at this step…").click()
    board.page.get_by_role("dialog", name="Fork at this step").get_by_role("button", name="Fork").click()
    expect(board.lanes).to_have_count(3)
    expect(board.lanes.filter(has_text="stamped paper")).to_have_count(2)


def test_all_lanes_go_on_from_one_answer(board: Board) -> None:
    board.open(*PAIR)
    board.ask("the topic")
    board.button(0, "Continue from here in all lanes…").click()
    board.page.get_by_role("dialog").get_by_role("button", name="Continue in all").click()
    expect(board.lane(1).locator("[data-kind=answer]")).to_have_text(re.compile("the topic"))


def test_a_result_is_put_in_place_of_a_tools(board: Board) -> None:
    board.open(f"openai/{STAMP}", f"anthropic/{STAMP}")
    board.ask("stamp")
    step = board.lane(0).locator("[data-kind=step]")
    step.hover()
    step.get_by_role("button", name="Stand in for this result…").click()
    window = board.page.get_by_role("dialog", name="Stand in for stamp")
    expect(window.get_by_label("What it answers")).to_have_value("stamped paper")
    window.get_by_label("What it answers").fill("a blot")
    window.get_by_label("For", exact=True).select_option("all")
    window.get_by_role("button", name="Use in the next run").click()
    expect(board.lanes.filter(has_text="1 stand-in")).to_have_count(2)
    board.menu(1, "Clear 1 stand-in")
    expect(board.lanes.filter(has_text="1 stand-in")).to_have_count(1)
    board.ask("stamp again")
    expect(board.lane(0)).to_contain_text("The tool said: a blot")
    expect(board.lane(1)).not_to_contain_text("a blot")


def test_a_vote_is_given_changed_and_taken_back_by_keyboard(board: Board) -> None:
    board.open(*PAIR)
    board.ask("who is better?")
    votes = board.page.get_by_role("group", name=re.compile("Which was better"))
    votes.get_by_role("button", name="openai/echo").click()
    expect(votes.get_by_role("button", name="openai/echo")).to_have_attribute("aria-pressed", "true")
    board.page.keyboard.press("0")
    expect(votes.get_by_role("button", name="A tie")).to_have_attribute("aria-pressed", "true")
    board.page.keyboard.press("-")
    expect(votes.get_by_role("button", name="All bad")).to_have_attribute("aria-pressed", "true")
    board.page.keyboard.press("2")
    expect(votes.get_by_role("button", name=PAIR[1])).to_have_attribute("aria-pressed", "true")
    board.page.get_by_role("button", name="Take the vote back").click()
    expect(votes.locator("[aria-pressed=true]")).to_have_count(0)
    board.page.locator("#box textarea").press("1")
    expect(board.page.locator("#box textarea")).to_have_value("1")
    expect(votes.locator("[aria-pressed=true]")).to_have_count(0)


def test_earlier_rounds_are_gone_back_to(board: Board) -> None:
    board.open(*PAIR)
    board.ask("first")
    board.ask("second")
    expect(board.page.locator(".rounds")).to_contain_text("Round 2 of 2")
    board.page.get_by_role("button", name="Earlier round").click()
    expect(board.page.locator(".rounds")).to_contain_text("Round 1 of 2")
    expect(board.lane(0).get_by_text("first").first).to_be_in_viewport()


def test_names_are_hidden_until_the_vote(board: Board) -> None:
    board.open(*PAIR, blind="1")
    say(board.page, "guess")
    expect(board.lanes.locator("[data-kind=answer]")).to_have_count(2)
    names = board.page.locator(".lane .who b")
    expect(names).to_have_text(["A", "B"])
    expect(board.lanes).not_to_contain_text(["Anthropic", "Anthropic"])
    board.lane(0).locator(".who").click()
    expect(board.page.get_by_role("dialog")).to_have_count(0)
    board.page.get_by_role("group", name=re.compile("Which was better")).get_by_role("button", name="A (1)").click()
    expect(board.page.locator(".lane .who b", has_text="echo")).to_have_count(1)


def test_an_approval_is_given_in_its_lane(board: Board) -> None:
    line = 'tool:add_line:{"text":"milk"}'
    board.open(f"openai/{line}", f"anthropic/{line}", agent="clerk")
    say(board.page, "write it down")
    card = board.lane(1).get_by_role("region", name="Approvals")
    expect(card.get_by_role("heading")).to_have_text("Clerk asks to call add_line")
    expect(board.lane(1).locator("header .dot")).to_have_class("dot waits")
    card.get_by_role("button", name="Approve add_line").click()
    expect(board.lane(1)).to_contain_text("The tool said: 1. milk")
    other = board.lane(0).get_by_role("region", name="Approvals")
    other.get_by_label("What a rejection of add_line tells the agent").fill("No milk.")
    other.get_by_role("button", name="Reject add_line").click()
    expect(board.lane(0)).to_contain_text("No milk.")
    board.answered(2)


def test_a_message_is_repeated_and_its_spread_looked_at(board: Board) -> None:
    board.open(*PAIR)
    board.ask("again")
    board.menu(0, "Repeat…")
    window = board.page.get_by_role("dialog", name="Repeat")
    window.get_by_label("Times").fill("3")
    window.get_by_role("button", name="Repeat").click()
    board.button(0, "Spread of 3 answers").click()
    expect(board.closer.get_by_role("heading", name="Spread")).to_be_visible()
    expect(board.closer.locator(".shown")).to_contain_text("again")
    board.page.keyboard.press("Escape")
    expect(board.closer).to_be_hidden()


def test_a_replay_is_held_goes_on_and_is_dropped(board: Board) -> None:
    board.open("openai/echo", "anthropic/echo")
    board.ask("one")
    board.ask("two")
    board.menu(0, "Replay on other models…")
    window = board.page.get_by_role("dialog", name="Replay on other models")
    window.get_by_label("Another").fill("compatible/words-9000@20")
    window.get_by_role("button", name="Replay").click()
    expect(board.lanes).to_have_count(3)
    script = board.lane(1).locator(".script")  # beside the lane it is of
    expect(script).to_contain_text("of 2")
    script.get_by_role("button", name="Replay: pause").click()
    expect(script).to_contain_text("paused")
    script.get_by_role("button", name="Replay: go on").click()
    expect(script).not_to_contain_text("paused")
    script.get_by_role("button", name="Replay: drop").click()
    expect(script).to_be_hidden()


def test_a_tab_becomes_a_comparison_by_a_preset(board: Board) -> None:
    board.page.goto(board.address)
    board.page.get_by_role("button", name="Compare").click()
    board.page.get_by_role("menuitem", name="All providers' defaults").click()
    expect(board.lanes).to_have_count(4)
    board.page.get_by_role("button", name="Presets").click()
    board.page.get_by_role("menuitem", name="Three efforts").click()
    expect(board.page.locator(".lane .who b", has_text="· low")).to_have_count(1)


def test_a_conversation_forks_into_a_second_lane(board: Board) -> None:
    board.page.goto(f"{board.address}/?{urlencode({'compare': 'openai/echo', 'agent': 'tests.staff:clerk'})}")
    board.page.get_by_role("button", name="Compare").wait_for()
    board.page.locator("#chat .placeholder h2").wait_for()  # until then the page is still being put together
    say(board.page, "once upon a time")
    expect(board.page.locator("#chat .metrics")).to_have_count(1)
    board.page.get_by_role("button", name="Compare").click()
    board.page.get_by_role("menuitem", name="Fork into a new lane").click()
    expect(board.lanes).to_have_count(2)
    expect(board.lane(1)).to_contain_text("once upon a time")


def test_the_rules_are_switched(board: Board) -> None:
    board.open(f"openai/{STAMP}", f"anthropic/{STAMP}")
    world = board.page.get_by_role("switch", name="Same world")
    world.click()
    expect(world).to_have_attribute("aria-checked", "true")
    board.ask("stamp")
    expect(board.lanes.locator("details.step .facts", has_text="shared")).not_to_have_count(0)
    blind = board.page.get_by_role("switch", name="Blind")
    blind.click()
    expect(blind).to_have_attribute("aria-checked", "true")
    blind.click()
    expect(blind).to_have_attribute("aria-checked", "false")


def test_all_lanes_stop_by_escape_and_by_the_bar(board: Board) -> None:
    board.open("openai/words-9000@20", "anthropic/words-9000@20")
    say(board.page, "go")
    for number in range(2):
        expect(board.lane(number)).to_contain_text("w3 ")
    board.page.keyboard.press("Escape")
    expect(board.lanes.locator(".badge", has_text="Stopped")).to_have_count(2)
    say(board.page, "go")
    expect(board.page.locator(".lane header .dot.live")).to_have_count(2)
    board.page.get_by_role("button", name="Stop all lanes").click()
    expect(board.lanes.locator(".badge", has_text="Stopped")).to_have_count(4)


def test_answers_and_steps_are_compared_and_the_focus_given_back(board: Board) -> None:
    board.open(f"openai/{STAMP}", f"anthropic/{STAMP}", "google/say:Another thing")
    board.ask("stamp")
    board.button(0, "Compare with…").click()
    board.page.get_by_role("menuitem", name=re.compile("Another thing")).first.click()
    expect(board.closer.get_by_role("heading", name="Text diff")).to_be_visible()
    expect(board.closer.locator(".shown")).to_contain_text("Another thing")
    board.closer.get_by_role("button", name="Step diff").click()
    expect(board.closer.locator(".shown")).to_contain_text("Here the runs part")
    board.closer.get_by_label("with").select_option(label=f"anthropic/{STAMP}")
    expect(board.closer.locator(".shown")).not_to_contain_text("Here the runs part")
    for _ in range(12):
        board.page.keyboard.press("Tab")
    assert board.page.evaluate("document.querySelector('.closer').contains(document.activeElement)")
    board.page.keyboard.press("Escape")
    expect(board.closer).to_be_hidden()
    expect(board.button(0, "Compare with…")).to_be_focused()


def test_figures_are_drawn_again_when_a_round_ends(board: Board) -> None:
    board.open(*PAIR)
    board.page.get_by_role("button", name="Figures").click()
    expect(board.closer).to_contain_text("Nothing to show yet")
    board.ask("go")
    expect(board.closer.locator("table").first).to_contain_text("openai/echo")


def test_the_ranking_counts_the_votes(board: Board) -> None:
    board.open(*PAIR)
    board.ask("go")
    board.page.get_by_role("group", name=re.compile("Which was better")).get_by_role("button").first.click()
    board.page.get_by_role("button", name="Ranking", exact=True).click()
    expect(board.closer.locator(".shown")).to_contain_text("openai/echo")


def test_a_comparison_is_shared_and_no_longer(board: Board) -> None:
    board.open(*PAIR)
    board.ask("look at this")
    board.page.get_by_role("button", name="Share", exact=True).click()
    board.page.get_by_role("menuitem", name="Share this comparison…").click()
    link = board.closer.locator("a[href^='/shared/']").first
    reader = board.page.context.new_page()
    reader.goto(board.address + (link.get_attribute("href") or ""))
    expect(reader.locator("body")).to_contain_text("look at this")
    board.closer.get_by_role("button", name=re.compile("^Stop sharing")).click()
    expect(board.closer).to_contain_text("You share nothing.")


def test_a_comparison_is_exported(board: Board) -> None:
    board.open(*PAIR)
    board.ask("keep this")
    board.page.get_by_role("button", name="Export", exact=True).click()
    link = board.page.get_by_role("menuitem", name="As data (JSON)")
    reply = board.page.request.get(f"{board.address}/{link.get_attribute('href')}")
    assert reply.ok
    assert "keep this" in json.dumps(reply.json())
    for name, ending in (("As a page (HTML)", ".html"), ("Ranking (CSV)", ".csv"), ("Votes (CSV)", ".csv")):
        with board.page.expect_download() as saved:
            board.page.get_by_role("menuitem", name=name).click()
        assert saved.value.suggested_filename.endswith(ending)
        board.page.get_by_role("button", name="Export", exact=True).click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_one_lane_is_looked_at_and_its_chip_says_which(board: Board, scheme: str) -> None:
    board.page.set_viewport_size({"width": 390, "height": 844})
    board.open(*FOUR[:1], *PAIR, __theme=scheme)
    say(board.page, "go")
    board.answered(3)
    chips = board.page.get_by_role("tablist", name="Lanes").get_by_role("tab")
    expect(chips.first).to_have_attribute("aria-selected", "true")
    chips.nth(2).click()
    expect(chips.nth(2)).to_have_attribute("aria-selected", "true")
    expect(board.lane(2).locator("header")).to_be_in_viewport(ratio=0.9)
    expect(board.lane(0).locator("header")).not_to_be_in_viewport()
    board.page.get_by_role("button", name="Compare", exact=True).click()
    board.page.get_by_role("menuitem", name="Text diff").click()
    expect(board.closer.get_by_role("heading", name="Text diff")).to_be_visible()
    assert board.page.evaluate("document.documentElement.scrollWidth") <= 390
