"""Everything that an agent can show or ask, on the page: in one lane and in several."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.conftest import ROOT, running
from tests.browser.test_board import Board
from tests.browser.test_page import chat, finished, pick_model, say

pytestmark = pytest.mark.browser

AGENTS = "tests.shows:waiter,tests.askers:asker,tests.staff:clerk"
TEA = 'tool:serve_tea:{"count": 3}'
SPEAK = 'tool:speak:{"text": "Boo <b>you</b>"}'
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000080000000808020000004b6d29dc0000001149444154789c635068b8801531"
    "0c2d0900c6d55c0154394e040000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a playground is whose agents show and ask all there is."""
    folder = tmp_path_factory.mktemp("table")
    with running("-m", "tests.wire", "--port", "0", folder=folder) as wire:
        settings = {
            "PLAYGROUND_COMPATIBLE_BASE_URL": wire,
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": wire,
            "PLAYGROUND_LOCAL_MODEL": "off",
            "PLAYGROUND_DATA_DIR": str(folder / "data"),
            "PLAYGROUND_AGENT": AGENTS,
        }
        with running(str(ROOT / "app.py"), "--port", "0", folder=folder, **settings) as address:
            yield address


@pytest.fixture
def board(browser: Browser, table: str) -> Iterator[Board]:
    """A new visitor's page; nothing may go wrong in its scripts."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(15_000)
    expect.set_options(timeout=10_000)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if "js_on_load" in said.text else None)
    yield Board(page, table)
    context.close()
    assert troubles == []


def alone(board: Board, model: str, agent: str = "Waiter") -> Page:
    """A page with one lane, of that agent."""
    page = board.page
    page.goto(board.address)
    welcome = page.locator("#chat .placeholder h2")
    welcome.wait_for()
    if agent != "Waiter":  # the first one
        page.locator("#agent input").click()
        page.get_by_role("option", name=agent).click()
        expect(welcome).to_have_text(agent)
    pick_model(page, model)
    return page


def toast(page: Page) -> Locator:
    return page.locator(".toast")


def test_a_widgets_button_is_pressed_and_the_widget_changes_also_after_a_reload(board: Board) -> None:
    page = alone(board, TEA)
    say(page, "tea")
    finished(page)
    expect(chat(page)).to_contain_text("3 cups")
    chat(page).get_by_role("button", name="More", exact=True).click()
    expect(chat(page).get_by_text("5 cups", exact=True)).to_be_visible()
    page.reload()
    expect(chat(page).get_by_text("5 cups", exact=True)).to_be_visible()
    chat(page).get_by_role("button", name="More", exact=True).press("Enter")
    expect(chat(page).get_by_text("7 cups", exact=True)).to_be_visible()


def test_a_widgets_button_is_pressed_in_one_lane_and_the_others_stay(board: Board) -> None:
    board.open(f"openai/{TEA}", f"compatible/{TEA}", agent="tests.shows:waiter")
    board.ask("tea")
    board.lane(1).get_by_role("button", name="More", exact=True).click()
    expect(board.lane(1).get_by_text("5 cups", exact=True)).to_be_visible()
    expect(board.lane(0).get_by_text("3 cups", exact=True)).to_be_visible()


def test_a_form_keeps_what_is_typed_while_the_page_is_drawn_again_and_is_answered(board: Board) -> None:
    page = alone(board, "tool:choose:{}", "Asker")
    say(page, "choose")
    why = chat(page).get_by_role("textbox", name="Why?")
    why.fill("It is warm")
    why.focus()
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#chat").get_by_text("Which colour?")).to_be_visible()
    expect(why).to_be_focused()
    expect(why).to_have_value("It is warm")
    chat(page).get_by_label("red").check()
    chat(page).get_by_label("m", exact=True).check()
    chat(page).get_by_role("button", name=re.compile("Send|Submit|Answer")).last.click()
    finished(page)
    expect(chat(page).locator(".bot-row").last).not_to_contain_text("Which colour?")
    expect(other.locator("#chat .metrics")).to_have_count(1)


def test_a_call_of_the_browsers_own_is_answered_by_the_page_alone(board: Board) -> None:
    page = alone(board, "tool:browser_facts:{}", "Scout")
    say(page, "who am I")
    finished(page)
    expect(chat(page)).to_contain_text("time_zone")


def test_each_lanes_call_is_answered_on_its_own(board: Board) -> None:
    board.open("openai/tool:browser_facts:{}", "compatible/tool:browser_facts:{}", agent="scout")
    board.ask("who am I")
    for number in range(2):
        expect(board.lane(number)).to_contain_text("time_zone")


def test_a_call_that_no_script_knows_is_answered_by_hand(board: Board) -> None:
    model = 'tool:look:{"corner": "north"}'
    board.open(f"openai/{model}", f"compatible/{model}", agent="tests.askers:asker")
    say(board.page, "look")
    for number, seen in enumerate(("a cat", '{"seen": "a dog"}')):
        expect(board.lane(number).locator("header .dot")).not_to_have_class("dot live")
        board.lane(number).get_by_role("textbox", name=re.compile("Answer for the tool")).fill(seen)
        board.lane(number).get_by_role("button", name="Send", exact=True).click()
    board.answered(2)
    expect(board.lane(0)).to_contain_text("The tool said: a cat")
    expect(board.lane(1)).to_contain_text("a dog")


def test_an_effect_is_told_once_and_a_notice_stays_to_be_read(board: Board) -> None:
    page = alone(board, SPEAK)
    say(page, "speak")
    expect(toast(page)).to_contain_text("shake")  # at once: it goes by itself
    toast(page).get_by_text("Details").click()
    expect(toast(page).locator("pre")).to_contain_text("Boo <b>you</b>")
    finished(page)
    expect(chat(page).locator(".note.warning")).to_have_text("Hear: Boo <b>you</b>")
    page.reload()
    finished(page)
    expect(toast(page)).to_have_count(0)


def test_sources_are_numbered_in_the_text_and_below_it(board: Board) -> None:
    model = 'tool:look_up:{"topic": "tea"}'
    board.open(f"openai/{model}", "compatible/echo", agent="tests.shows:waiter")
    board.ask("look it up")
    listed = board.lane(0).locator(".sources li")
    expect(listed).to_have_text(["About tea", "A book"])
    expect(listed.first.locator("a")).to_have_attribute("href", "https://pages.test/tea")


def test_a_locked_conversation_says_so_and_takes_nothing_more(board: Board) -> None:
    page = alone(board, 'tool:shut:{"how": "lock"}')
    say(page, "shut")
    box = page.locator("#box textarea")
    expect(box).to_have_attribute("placeholder", "This conversation is locked: It is late.")
    expect(box).not_to_be_editable()
    page.keyboard.press("Alt+n")
    expect(box).to_be_editable()
    expect(box).to_have_attribute("placeholder", "Message the agent")


AXE = ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js"
OURS = ["#composer", ".pg-host", "#notes", "#asks", "#strip", "#board"]
"""What is drawn by us; the rest is Gradio's."""


def complaints(page: Page) -> list[str]:
    """What axe finds serious in our parts of a page, with where it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, object]] = page.evaluate(
        """async (ours) => {
          const include = ours.filter((one) => document.querySelector(one)).map((one) => [one]);
          const { violations } = await axe.run({ include }, { resultTypes: ['violations'] });
          return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
            .flatMap(({ id, nodes }) => nodes.map(({ target, html }) => ({ id, target, html })));
        }""",
        OURS,
    )
    return [json.dumps(one) for one in found]


def test_nobody_is_kept_out_by_what_is_drawn(board: Board) -> None:
    page = alone(board, "tool:choose:{}", "Asker")
    say(page, "choose")
    expect(chat(page).get_by_role("textbox", name="Why?")).to_be_visible()
    attach(page, FilePayload(name="dot.png", mimeType="image/png", buffer=DOT))
    expect(page.locator(".attachment")).to_have_count(1)
    assert complaints(page) == []
    page.get_by_role("button", name="Light or dark").click()
    assert complaints(page) == []


def attach(page: Page, *files: FilePayload) -> None:
    page.locator("#message input[type=file]").set_input_files(list(files))


def test_files_are_attached_previewed_sent_and_opened(board: Board) -> None:
    page = alone(board, "echo")
    dot = FilePayload(name="dot.png", mimeType="image/png", buffer=DOT)
    text = FilePayload(name="<b>notes</b>.txt", mimeType="text/plain", buffer=b"hello")
    attach(page, dot, text)
    chips = page.locator(".attachment")
    expect(chips).to_have_count(2)
    expect(chips.locator("progress:visible")).to_have_count(0)
    chips.nth(1).get_by_role("button", name="Remove").click()
    expect(chips).to_have_count(1)
    say(page, "look at this")
    finished(page)
    expect(chips).to_have_count(0)
    image = chat(page).locator("a.file.image img")
    expect(image).to_have_js_property("naturalWidth", 8)
    with page.context.expect_page() as opened:
        image.click()
    assert "/chatkit/attachments/" in opened.value.url


def test_what_is_not_taken_is_told_before_it_is_sent(board: Board) -> None:
    page = alone(board, "echo")
    attach(page, FilePayload(name="song.xyz", mimeType="audio/x-none", buffer=b"la"))
    expect(toast(page)).to_contain_text("song.xyz is of a kind that is not taken here.")
    expect(page.locator(".attachment")).to_have_count(0)


def test_what_is_pasted_goes_to_all_lanes(board: Board) -> None:
    board.open("openai/echo", "compatible/echo")
    page = board.page
    page.locator("#box textarea").evaluate(
        """(box, bytes) => {
          const carried = new DataTransfer();
          carried.items.add(new File([new Uint8Array(bytes)], 'dot.png', { type: 'image/png' }));
          box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: carried, bubbles: true, cancelable: true }));
        }""",
        list(DOT),
    )
    expect(page.locator(".attachment progress:visible")).to_have_count(0)
    expect(page.locator(".attachment")).to_have_count(1)
    board.ask("what is it")
    for number in range(2):
        expect(board.lane(number).locator("a.file.image img")).to_have_js_property("naturalWidth", 8)
