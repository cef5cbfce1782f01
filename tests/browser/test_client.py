"""Our own ChatKit client, as a visitor uses it."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.chat import Chat

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent.parent / "vendor" / "axe-core" / "axe.min.js"


def test_a_prompt_of_the_agent_begins_a_conversation(client: Chat) -> None:
    client.open()
    expect(client.page.get_by_role("heading", name="What can I do for you?")).to_be_visible()
    client.page.get_by_role("button", name="Write a haiku").click()
    client.answered("Write a haiku about waiting for tokens.")
    expect(client.threads.get_by_role("button", name="Write a haiku").first).to_have_attribute("aria-current", "true")
    assert "thread=thr_" in client.page.url


def test_enter_sends_and_shift_enter_makes_a_line(client: Chat) -> None:
    client.open()
    client.box.fill("one")
    client.box.press("Shift+Enter")
    client.box.type("two")
    expect(client.box).to_have_value("one\ntwo")
    client.box.press("Enter")
    client.answered("onetwo")  # with a line break between them
    expect(client.box).to_have_value("")
    expect(client.box).to_be_focused()


def test_escape_stops_the_answer_and_keeps_what_was_said(client: Chat) -> None:
    client.open("compatible/words-9000@30")
    client.say("go")
    expect(client.answers).to_contain_text("w5 ")
    client.page.keyboard.press("Escape")
    expect(client.stop).to_be_hidden()
    said = client.answers.inner_text()
    client.page.reload()
    expect(client.answers).to_have_text(re.compile(re.escape(" ".join(said.split()[:5]))))
    expect(client.stop).to_be_hidden()


def test_a_message_written_meanwhile_is_sent_after_the_answer(client: Chat) -> None:
    client.open("compatible/words-40@40")
    client.say("first")
    expect(client.answers).to_contain_text("w3 ")
    client.say("second")
    expect(client.page.get_by_text("The message is sent when the answer is there.")).to_be_visible()
    expect(client.box).to_have_value("second")
    client.answered("w39", "w39")
    expect(client.questions).to_have_count(2)


def test_a_failure_can_be_tried_again_with_another_model(client: Chat) -> None:
    client.open("compatible/status-429")
    client.say("go on")
    failure = client.log.locator(".row.error")
    expect(failure).to_be_visible()
    client.page.reload()
    expect(failure).to_be_visible()
    client.pick("compatible/echo")
    failure.get_by_role("button", name="Try again").click()
    client.answered("go on")
    expect(failure).to_be_hidden()


def test_a_retry_makes_a_version_and_versions_are_switched(client: Chat) -> None:
    client.open("compatible/say:first answer")
    client.say("question")
    client.answered("first answer")
    client.pick("compatible/say:second answer")
    client.answers.get_by_role("button", name=re.compile("again|Retry|retry", re.IGNORECASE)).click()
    client.answered("second answer")
    expect(client.answers).to_contain_text("2 / 2")
    client.answers.get_by_role("button", name=re.compile("Previous", re.IGNORECASE)).click()
    client.answered("first answer")
    expect(client.answers).to_contain_text("1 / 2")
    client.page.reload()
    client.answered("first answer")
    expect(client.answers).to_contain_text("1 / 2")


def test_arrow_up_edits_the_last_message(client: Chat) -> None:
    client.open()
    client.say("helo")
    client.answered("helo")
    client.box.press("ArrowUp")
    editor = client.questions.get_by_role("textbox")
    expect(editor).to_be_focused()
    editor.fill("hello")
    editor.press("Enter")
    client.answered("hello")
    expect(client.questions).to_have_count(1)
    expect(client.questions).to_contain_text("2 / 2")


def test_a_thumb_is_kept(client: Chat) -> None:
    client.open()
    client.say("hello")
    client.answered("hello")
    with client.page.expect_response(lambda reply: "items.feedback" in (reply.request.post_data or "")) as rated:
        client.answers.get_by_role("button", name=re.compile("Good", re.IGNORECASE)).click()
    assert rated.value.ok
    thumb = client.answers.get_by_role("button", pressed=True)
    expect(thumb).to_have_count(1)
    client.page.reload()
    expect(thumb).to_have_count(1)


def test_conversations_are_found_renamed_deleted_and_brought_back(client: Chat) -> None:
    client.open()
    for text in ("apples", "pears"):
        client.say(text)
        client.answered(text)
        client.page.keyboard.press("Alt+n")
    rows = client.threads.get_by_role("listitem")
    expect(rows).to_have_count(2)
    client.page.get_by_role("searchbox", name="Search conversations").fill("appl")
    expect(rows).to_have_count(1)
    client.page.get_by_role("searchbox", name="Search conversations").fill("")
    rows.first.get_by_role("button", name="pears", exact=True).focus()
    client.page.keyboard.press("F2")
    client.page.get_by_role("textbox", name="Title").fill("Fruit <b>")
    client.page.keyboard.press("Enter")
    expect(rows.first).to_contain_text("Fruit <b>")
    client.page.reload()
    expect(rows.first).to_contain_text("Fruit <b>")
    rows.first.get_by_role("button").first.focus()
    client.page.keyboard.press("Delete")
    expect(rows).to_have_count(1)
    client.page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(2)


def test_what_is_deleted_stays_so_when_the_page_is_left_at_once(client: Chat) -> None:
    client.open()
    client.say("gone")
    client.answered("gone")
    client.threads.get_by_role("listitem").hover()
    client.page.get_by_role("button", name="Delete gone").click()
    expect(client.page.get_by_role("heading", name="What can I do for you?")).to_be_visible()
    client.page.reload()
    expect(client.page.get_by_text("No conversations yet.")).to_be_visible()


def test_a_conversation_that_is_gone_leads_to_the_start(client: Chat) -> None:
    client.open(thread="thr_unknown")
    expect(client.page.get_by_text("Not found.")).to_be_visible()
    expect(client.page.get_by_role("heading", name="What can I do for you?")).to_be_visible()
    assert "thread=" not in client.page.url


def test_words_that_are_selected_can_be_quoted(client: Chat) -> None:
    client.open("compatible/say:the quick brown fox")
    client.say("hello")
    client.answered("quick brown")
    client.answers.get_by_text("the quick").dblclick(position={"x": 40, "y": 10})
    client.page.get_by_role("button", name="Quote", exact=True).click()
    expect(client.box).to_be_focused()
    client.say("what is that?")
    expect(client.questions.last).to_contain_text("quick")


def test_a_tool_that_needs_approval_asks_with_a_card(client: Chat) -> None:
    client.open('compatible/tool:add_line:{"text": "milk"}', "clerk")
    client.say("Write milk")
    card = client.page.get_by_role("region", name="Approval needed")
    expect(card).to_contain_text("add_line")
    client.page.reload()
    expect(card).to_contain_text("milk")
    card.get_by_role("button", name="Approve").click()
    client.answered("The tool said: 1. milk")
    expect(card).to_be_hidden()


def test_the_browser_answers_what_the_agent_asks_of_it(client: Chat) -> None:
    client.open("compatible/tool:browser_facts:{}", "scout")
    client.say("What do you know of my browser?")
    client.answered('"online"')


def test_a_form_is_filled_in(client: Chat) -> None:
    question = {"type": "multiple_choice", "question": "Which colour?", "options": ["Red", "Blue"]}
    client.open(f"compatible/tool:ask_user:{json.dumps({'questions': [question]})}", "interviewer")
    client.say("Ask me")
    client.page.get_by_role("radio", name="Blue").check()
    client.page.get_by_role("button", name="Send answer").click()
    client.answered("Blue")
    client.page.reload()
    client.answered("Blue")


def test_a_widget_acts_and_shows_what_came_of_it(client: Chat) -> None:
    client.open('compatible/tool:show_board:{"tasks": ["Shop", "Cook"]}', "board")
    client.say("Show me the board")
    client.answered("The board is shown")
    client.page.get_by_role("checkbox", name="Shop").click()
    expect(client.log.get_by_text("1 of 2 done")).to_be_visible()
    client.page.get_by_role("textbox", name="A further task").fill("Rest")
    client.page.get_by_role("button", name="Add", exact=True).click()
    expect(client.log.get_by_text("1 of 3 done")).to_be_visible()
    client.page.reload()
    expect(client.log.get_by_text("1 of 3 done")).to_be_visible()


DROP = """(main, kind) => {
  const files = new DataTransfer();
  files.items.add(new File(['a note'], 'note.txt', { type: 'text/plain' }));
  const target = kind === 'paste' ? main.querySelector('textarea') : main;
  const how = { bubbles: true, cancelable: true };
  const dropped = new DragEvent('drop', { dataTransfer: files, ...how });
  target.dispatchEvent(kind === 'paste' ? new ClipboardEvent('paste', { clipboardData: files, ...how }) : dropped);
}"""


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_files_are_pasted_and_dropped(client: Chat, kind: str) -> None:
    client.open()
    client.page.get_by_role("main").evaluate(DROP, kind)
    files = client.page.get_by_role("list", name="Attachments")
    expect(files.get_by_role("listitem")).to_contain_text("note.txt")
    expect(files.get_by_role("progressbar")).to_have_count(0)


def test_speech_is_written_into_the_box(visitor: BrowserContext, crowded_address: str) -> None:
    visitor.grant_permissions(["microphone"])
    client = Chat(visitor, crowded_address).open()
    client.page.get_by_role("button", name="Dictate").click()
    client.page.wait_for_timeout(300)
    with client.page.expect_response(lambda reply: "input.transcribe" in (reply.request.post_data or "")) as written:
        client.page.get_by_role("button", name="Stop recording").click()
    expect(client.box).not_to_have_value("")
    letters = re.compile("[^A-Za-z]")  # what was recorded is noise, of which a box keeps no bare line ends
    assert letters.sub("", client.box.input_value()) == letters.sub("", written.value.json()["text"])


def test_without_a_provider_for_it_there_is_no_dictation(client: Chat) -> None:
    client.open()
    expect(client.page.get_by_role("button", name="Attach files")).to_be_visible()
    expect(client.page.get_by_role("button", name="Dictate")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_stands_in_the_way_of_anybody(client: Chat, theme: str) -> None:
    client.open('compatible/tool:add_line:{"text": "milk"}', "clerk", theme=theme)
    client.page.evaluate(AXE.read_text())
    found = "async () => (await axe.run()).violations.map(({ id, impact }) => [impact, id])"
    assert client.page.evaluate(found) == []
    client.say("Write milk")
    expect(client.page.get_by_role("region", name="Approval needed")).to_be_visible()
    assert client.page.evaluate(found) == []
    client.page.get_by_role("button", name=re.compile("^Model:")).click()
    assert client.page.evaluate(found) == []
    client.page.keyboard.press("Escape")
    client.page.get_by_role("button", name="Settings").click()
    assert client.page.evaluate(found) == []


def test_a_file_is_attached_shown_sent_and_removed(client: Chat, tmp_path: Path) -> None:
    client.open()
    files = client.page.get_by_role("list", name="Attachments")
    with client.page.expect_file_chooser() as chooser:
        client.page.get_by_role("button", name="Attach files").click()
    note = tmp_path / "note.txt"
    note.write_text("a note")
    chooser.value.set_files([note])
    expect(files.get_by_role("listitem")).to_contain_text("note.txt")
    files.get_by_role("button", name="Remove note.txt").click()
    expect(files).to_be_hidden()
    with client.page.expect_file_chooser() as chooser:
        client.page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([note])
    expect(files.get_by_role("progressbar")).to_have_count(0)
    client.say("read it")
    client.answered("read it")
    expect(client.questions).to_contain_text("note.txt")
    client.page.reload()
    expect(client.questions).to_contain_text("note.txt")


def test_what_cannot_be_attached_is_told_before_it_is_sent(client: Chat, tmp_path: Path) -> None:
    client.open()
    empty = tmp_path / "empty.txt"
    empty.touch()
    with client.page.expect_file_chooser() as chooser:
        client.page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([empty])
    expect(client.page.get_by_text("empty.txt is empty.")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "words", "direction"),
    [
        ("en", "What can I do for you?", "ltr"),
        ("de", "Was kann ich für Sie tun?", "ltr"),
        ("fr", "Que puis-je faire pour vous ?", "ltr"),
        ("es", "¿En qué puedo ayudarte?", "ltr"),
        ("zh", "有什么可以帮您？", "ltr"),
        ("ur", "میں آپ کی کیا مدد کر سکتا ہوں؟", "rtl"),
    ],
)
def test_six_languages_are_spoken(client: Chat, locale: str, words: str, direction: str) -> None:
    with client.page.expect_request(lambda request: request.url.endswith("/chatkit/options")) as asked:
        client.page.goto(f"{client.address}/chatkit/client?agent=assistant&locale={locale}")
    assert asked.value.headers["accept-language"] == locale
    expect(client.page.get_by_role("heading", name=words)).to_be_visible()
    assert client.page.locator(".shell").get_attribute("dir") == direction


def test_the_language_and_the_colours_can_be_chosen(client: Chat) -> None:
    client.open()
    client.page.get_by_role("button", name="Settings").click()
    client.page.get_by_label("Appearance").select_option("Dark")
    expect(client.page.locator("playground-chat")).to_have_css("color-scheme", "dark")
    client.page.get_by_label("Language").select_option("Deutsch")
    expect(client.page.get_by_role("heading", name="Was kann ich für Sie tun?")).to_be_visible()
    expect(client.page.get_by_role("button", name="Modell: echo")).to_be_visible()
    expect(client.page.get_by_text("Noch keine Unterhaltungen.")).to_be_visible()
    client.page.reload()
    expect(client.page.get_by_role("heading", name="Was kann ich für Sie tun?")).to_be_visible()
    expect(client.page.locator("playground-chat")).to_have_css("color-scheme", "dark")


def test_on_a_phone_the_list_is_a_drawer(client: Chat) -> None:
    client.page.set_viewport_size({"width": 390, "height": 844})
    client.open()
    client.say("hello")
    client.answered("hello")
    expect(client.threads).to_be_hidden()
    client.page.get_by_role("button", name="Conversations").click()
    expect(client.threads).to_be_visible()
    client.page.keyboard.press("Escape")
    expect(client.threads).to_be_hidden()
    expect(client.page.get_by_role("button", name="Conversations")).to_be_focused()
    assert client.page.evaluate("document.documentElement.scrollWidth") == 390
