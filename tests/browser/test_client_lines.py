"""Our own client over lines that break, in several windows, and in another site's page."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tests.browser.chat import Chat

pytestmark = pytest.mark.browser

WORD = re.compile(r"\bw(\d+)")


def numbered(chat: Chat) -> list[int]:
    """The numbers of the words of the answer that stands last."""
    return [int(word) for word in WORD.findall(chat.answers.last.inner_text())]


def test_a_reload_in_the_middle_of_an_answer_goes_on(client: Chat) -> None:
    client.open("compatible/words-120@40")
    client.say("go")
    expect(client.answers).to_contain_text("w9 ")
    client.page.reload()
    expect(client.stop).to_be_visible()
    client.answered("w119")
    assert numbered(client) == list(range(120))


def test_a_second_window_shows_the_live_run_and_what_follows(client: Chat, visitor: BrowserContext) -> None:
    client.open("compatible/words-80@40")
    client.say("go")
    expect(client.answers).to_contain_text("w9 ")
    other = Chat(visitor, client.address)
    other.page.goto(client.page.url)
    expect(other.stop).to_be_visible()
    other.answered("w79")
    client.answered("w79")
    assert numbered(other) == numbered(client) == list(range(80))
    other.say("and more")
    client.answered("w79", "w79")
    expect(client.questions).to_have_count(2)
    assert other.broken == []


def test_both_windows_ask_the_browser_only_once(client: Chat, visitor: BrowserContext) -> None:
    client.open("compatible/tool:browser_facts:{}", "scout")
    client.say("hello")
    client.answered("online")
    other = Chat(visitor, client.address)
    other.page.goto(client.page.url)
    other.answered("online")
    outputs: list[str] = []

    def note(request: Request) -> None:
        if "add_client_tool_output" in (request.post_data or ""):
            outputs.append(request.url)

    client.page.on("request", note)
    other.page.on("request", note)
    client.say("again")
    client.answered("online", "online")
    other.answered("online", "online")
    assert len(outputs) == 1


def test_an_answer_goes_on_where_the_line_broke(client: Chat, visitor: BrowserContext) -> None:
    client.open("compatible/words-150@40")
    client.say("go")
    expect(client.answers).to_contain_text("w9 ")
    visitor.set_offline(True)
    expect(client.page.get_by_text("You are offline.")).to_be_visible()
    visitor.set_offline(False)
    expect(client.page.get_by_text("You are offline.")).to_be_hidden()
    client.answered("w149")
    assert numbered(client) == list(range(150))


BREAK = """
const real = globalThis.fetch;
let breaks = 3;
globalThis.fetch = async (...request) => {
  const response = await real(...request);
  if (!breaks || !response.headers.get('content-type')?.startsWith('text/event-stream')) return response;
  breaks--;
  const reader = response.body.getReader();
  let chunks = 0;
  const pull = async (controller) => {
    const { done, value } = await reader.read();
    if (done) controller.close();
    else if (++chunks > 4) (reader.cancel(), controller.error(new TypeError('the line broke')));
    else controller.enqueue(chunks === 4 ? value.slice(0, -3) : value);
  };
  return new Response(new ReadableStream({ pull }), response);
};
"""


def test_a_line_that_breaks_within_a_frame_loses_and_doubles_nothing(client: Chat) -> None:
    client.page.add_init_script(BREAK)
    client.open("compatible/words-150@40")
    client.say("go")
    client.answered("w149")
    assert numbered(client) == list(range(150))


def test_what_a_server_kept_that_died_is_read_anew(client: Chat) -> None:
    def died(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, json={**reply.json(), "status": "interrupted"})

    client.open("compatible/words-60@40")
    client.say("go")
    expect(client.answers).to_contain_text("w9 ")
    client.page.route("**/chatkit/threads/*/run", died)
    with client.page.expect_request(lambda request: "threads.get_by_id" in (request.post_data or "")):
        client.answered("w59")
    assert numbered(client) == list(range(60))


def test_a_message_written_offline_is_sent_when_the_line_is_back(client: Chat, visitor: BrowserContext) -> None:
    client.open()
    client.say("one")
    client.answered("one")
    visitor.set_offline(True)
    client.say("two")
    expect(client.page.get_by_text("The message is sent when the connection is back.")).to_be_visible()
    expect(client.box).to_have_value("two")
    visitor.set_offline(False)
    client.answered("one", "two")
    expect(client.box).to_have_value("")


def test_a_message_whose_answer_was_lost_is_one_message(client: Chat) -> None:
    client.open()
    lost: list[str] = []

    def lose(route: Route) -> None:
        if "threads.create" not in (route.request.post_data or "") or lost:
            route.continue_()
            return
        lost.append(route.request.headers["idempotency-key"])
        route.fetch()  # the server has it, and nobody hears of it
        route.abort()

    client.page.route("**/chatkit", lose)
    client.say("only once")
    client.answered("only once")
    assert lost
    thread = client.ask("threads.list")["data"]
    assert len(thread) == 1
    items = client.ask("items.list", thread_id=thread[0]["id"])["data"]
    assert [item["type"] for item in items] == ["assistant_message", "user_message"]


def test_a_refusal_brings_the_message_back_into_the_box(client: Chat) -> None:
    client.open()
    refused = json.dumps({"message": "Too many messages."})
    client.page.route("**/chatkit", lambda route: route.fulfill(status=400, body=refused))
    client.say("please")
    expect(client.page.get_by_text("Too many messages.").first).to_be_visible()
    expect(client.box).to_have_value("please")
    expect(client.questions).to_have_count(0)


EMBEDDED = """<!doctype html><meta charset=utf-8><title>Elsewhere</title>
<body style="margin:0"><div style="inline-size:900px;margin:40px auto">
<script type=module>
  import "{address}/chatkit/client/chat.js";
  const chat = document.createElement("playground-chat");
  globalThis.told = [];
  for (const name of ["ready", "thread.change", "response.start", "response.end", "client-tool"])
    chat.addEventListener(name, ({{ detail }}) => told.push([name, detail]));
  Object.assign(chat, {{
    credentials: "include",
    headers: async () => ({{ "ChatKit-Device-Id": "hook" }}),
    tools: {{ browser_facts: async () => ({{ answer: "from the page" }}) }},
  }});
  chat.setAttribute("url", "{address}/chatkit");
  chat.setAttribute("agent", "scout");
  chat.setAttribute("model", "compatible/tool:browser_facts:{{}}");
  chat.setAttribute("theme", "dark");
  chat.setAttribute("locale", "en");
  document.querySelector("div").append(chat);
</script></div>"""


@pytest.fixture
def embedded(client: Chat, elsewhere: tuple[str, Path]) -> Page:
    """Another site's page with the client in it."""
    origin, folder = elsewhere
    (folder / "index.html").write_text(EMBEDDED.format(address=client.address))
    client.page.goto(f"{origin}/index.html")
    client.box.wait_for()
    return client.page


def test_another_site_embeds_it_with_tools_and_headers_of_its_own(embedded: Page, client: Chat) -> None:
    sent: list[tuple[str, str | None]] = []
    embedded.on("request", lambda request: sent.append((request.url, request.headers.get("chatkit-device-id"))))
    client.say("hello")
    client.answered("from the page")
    assert sent
    assert {device for url, device in sent if url.endswith("/chatkit")} == {"hook"}
    told = [name for name, _ in embedded.evaluate("told")]
    assert told[0] == "ready"
    assert {"thread.change", "response.start", "response.end", "client-tool"} <= set(told)
    expect(embedded.locator("playground-chat")).to_have_attribute("thread", re.compile("^thr_"))
    expect(embedded.locator("playground-chat")).to_have_css("color-scheme", "dark")


def test_the_headers_of_a_site_go_to_its_own_server_only(client: Chat) -> None:
    client.open()
    given = client.page.evaluate("""async () => {
      const { Api } = await import('/chatkit/client/api.js');
      const url = location.origin + '/chatkit';
      const api = new Api(() => ({ url, headers: async () => ({ Authorization: 'Bearer x' }) }));
      return [await api.given(url), await api.given('/chatkit/threads'), await api.given('https://files.test/upload')];
    }""")
    assert given == [{"Authorization": "Bearer x"}, {"Authorization": "Bearer x"}, {}]


def test_the_page_runs_nothing_but_its_own_modules(client: Chat) -> None:
    asked: list[str] = []
    client.page.on("request", lambda request: asked.append(request.url))
    reply = client.page.goto(f"{client.address}/chatkit/client")
    assert reply is not None
    policy = reply.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    client.box.wait_for()
    assert all(url.startswith((client.address, "blob:", "data:")) for url in asked)
