"""What a model, a visitor or a file's name may say, in a real browser: nothing of it runs, asks or covers anything."""

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, Route, expect

from tests.compare.payloads import ADDRESSES, SCRIPTS, SHOWN

pytestmark = pytest.mark.browser

OF_THE_PAGE = (
    "${alert(1)}",
    "{{alert(1)}}",
    "{{value}} ${value} {{{value}}}",
    "${Object.assign(window,{x:alert(1)})}",
    "{% if alert(1) %}x{% endif %}",
    "<%= alert(1) %>",
    "$\\href{javascript:alert(1)}{x}$",
    "$$\\includegraphics{https://i.example/spy.png}$$",
    "$\\htmlStyle{position:fixed;inset:0}{x}$",
    "$\\url{javascript:alert(1)}$",
    '$$\\htmlData{x=1" onmouseover="alert(1)}{x}$$',
    '```mermaid\ngraph TD; A-->B; click A href "javascript:alert(1)"\n```',
    "```html\n<img src=x onerror=alert(1)>\n```",
    "<gradio-app src=https://evil.example></gradio-app>",
    "<thinking><img src=x onerror=alert(1)></thinking>",
    '{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}',
    "<form action=/chatkit method=post><button style='position:fixed;inset:0'>x</button></form>",
    "<iframe src=https://evil.example style='position:fixed;inset:0;width:100vw;height:100vh'></iframe>",
    "\u202e\u2066gnp.exe\u2069",
    "<p style='position:absolute;top:-9999px;left:-9999px;width:99999px;height:99999px'>x</p>",
)
TOGETHER = 8
"""Links that are told in one message: none of them swallows the next."""
LINKS_TOLD = ["\n\n".join(ADDRESSES[at : at + TOGETHER]) for at in range(0, len(ADDRESSES), TOGETHER)]
TOLD = [text.encode("utf-8", "ignore").decode() for text in (*SCRIPTS, *SHOWN, *OF_THE_PAGE, *LINKS_TOLD)]
A_THREAD = 25
"""Messages; the page shows 60 items at first."""
LONGEST_TITLE = 200

ROOT = "const root = document.querySelector('playground-chat')?.shadowRoot ?? document;"
COVERED = f"""
selector => {{
  {ROOT}
  const field = [...root.querySelectorAll(selector)].find(one => one.checkVisibility());
  const box = field.getBoundingClientRect();
  const spots = [0.1, 0.5, 0.9].map(part => [box.x + box.width * part, box.y + box.height / 2]);
  return spots.map(spot => root.elementFromPoint(...spot)).filter(one => one !== field && !field.contains(one))
    .map(one => one ? one.outerHTML.slice(0, 200) : 'nothing');
}}
"""
"""What lies over the field that messages are written in."""
ACTIVE = f"""
selector => {{
  {ROOT}
  const active = `form, input:not([type=checkbox]), select, textarea, iframe, object, embed, dialog, portal, [popover]`;
  const running = `script, base, meta, link, [onerror], [onload], [onclick], [onmouseover]`;
  const found = [...root.querySelectorAll(`${{selector}} :is(${{active}})`)].filter(one => one.checkVisibility());
  found.push(...root.querySelectorAll(`${{selector}} :is(${{running}})`));
  return found.map(one => one.outerHTML.slice(0, 200));
}}
"""
"""What could do something by itself, or take what is typed into it."""
POST = f"""
selector => {{
  {ROOT}
  for (const form of root.querySelectorAll(`${{selector}} form`)) HTMLFormElement.prototype.submit.call(form);
}}
"""
"""As if somebody had been talked into it."""
CLICK = f"""
selector => {{
  {ROOT}
  for (const link of root.querySelectorAll(`${{selector}} :is(a, area)`))
    if (!/^(https?|mailto|tel|blob):/.test(link.protocol)) link.dispatchEvent(new MouseEvent('click', {{
      bubbles: true, cancelable: true, composed: true }}));
}}
"""
"""Links that are none to a page."""


def _posted(sent: Request) -> bool:
    return sent.is_navigation_request() and sent.method == "POST"


@dataclass
class Troubles:
    """What must not happen in a page."""

    found: list[str] = field(default_factory=list[str])

    def watch(self, context: BrowserContext, address: str) -> Page:
        """A page of the context that tells."""

        def elsewhere(route: Route) -> None:
            self.found.append(f"asked for {route.request.url}")
            route.abort()

        def asked(dialog: Dialog) -> None:
            self.found.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        context.route(lambda url: not url.startswith((address, "data:", "blob:")), elsewhere)
        page = context.new_page()
        page.on("dialog", asked)
        page.on("request", lambda sent: self.found.append(f"posted: {sent.url}") if _posted(sent) else None)
        page.on("popup", lambda popup: self.found.append(f"popup: {popup.url}"))
        page.on("download", lambda download: self.found.append(f"download: {download.url}"))
        return page

    def look(self, page: Page, *, log: str, composer: str) -> None:
        """Notes what a conversation did to its page."""
        page.wait_for_timeout(150)  # for what fails to load to say so
        self.found += [f"covered by {one}" for one in page.evaluate(COVERED, composer)]
        self.found += [f"active: {one}" for one in page.evaluate(ACTIVE, log)]
        page.evaluate(POST, log)
        page.evaluate(CLICK, log)
        page.wait_for_timeout(100)


class Mouth:
    """Says what is hostile, in the name of the visitor whose cookies it has."""

    def __init__(self, address: str, context: BrowserContext) -> None:
        context.request.post(f"{address}/chatkit", data={"type": "threads.list", "params": {}})
        cookies = {one["name"]: one["value"] for one in context.cookies() if "name" in one and "value" in one}
        self._client = httpx2.Client(base_url=address, cookies=cookies, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, kind: str, **params: Any) -> httpx2.Response:
        return self._client.post("/chatkit", json={"type": kind, "params": params}).raise_for_status()

    def say(self, text: str, *, thread: str = "", model: str = "echo", files: Sequence[str] = ()) -> str:
        """The thread in which it was said and answered."""
        content = [{"type": "input_text", "text": text}]
        options = {"model": f"compatible/{model}"}
        message = {"content": content, "attachments": list(files), "inference_options": options}
        if thread:
            self.ask("threads.add_user_message", thread_id=thread, input=message)
            return thread
        return self.ask("threads.create", input=message).headers["x-thread-id"]

    def upload(self, name: str) -> str:
        files = {"file": (name, b"words", "text/plain")}
        made: str = self._client.post("/chatkit/attachments", files=files).raise_for_status().json()["id"]
        return made

    def thread(self, texts: Sequence[str]) -> str:
        """A conversation in which each is said by both, made a file's name, and given to a tool."""
        thread = self.say("files", files=[self.upload(f"{' '.join(texts[at : at + 3])}.txt") for at in (0, 3, 6)])
        for text in texts:
            self.say(text, thread=thread)
        self.say("\n\n".join(texts), thread=thread, model="tool-echo:stamp")
        return self.say("the end", thread=thread)

    def titled(self, thread: str, title: str) -> None:
        """The conversation has another title from now on."""
        self.ask("threads.update", thread_id=thread, title=title)


def titles() -> Iterator[str]:
    """All of it, in as few titles as it fits into."""
    title = ""
    for text in (" ".join(one.split())[:LONGEST_TITLE] for one in TOLD):
        if len(title) + len(text) >= LONGEST_TITLE:
            yield title
            title = ""
        title = f"{title} {text}"
    yield title


@dataclass(frozen=True)
class Said:
    """Who was told what, and where."""

    context: BrowserContext
    threads: Sequence[str]
    mouth: Mouth

    def views(self) -> Iterator[str]:
        """The threads, one after another; each time all have further titles."""
        names = itertools.cycle(titles())
        for thread in self.threads:
            for other in self.threads:
                self.mouth.titled(other, next(names))
            yield thread


@pytest.fixture(scope="module")
def said(browser: Browser, address: str) -> Iterator[Said]:
    """A visitor to whom everything hostile was said."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    with Mouth(address, context) as mouth, ThreadPoolExecutor(4) as pool:
        threads = list(pool.map(mouth.thread, [TOLD[at : at + A_THREAD] for at in range(0, len(TOLD), A_THREAD)]))
        yield Said(context, threads, mouth)
    context.close()


def test_nothing_that_is_said_does_anything_in_our_client(said: Said, address: str) -> None:
    troubles = Troubles()
    page = troubles.watch(said.context, address)
    for thread in said.views():
        page.goto(f"{address}/chatkit/client?thread={thread}&agent=tests.staff:clerk")
        expect(page.get_by_role("log").locator(".row.assistant_message").last).to_contain_text("the end")
        troubles.look(page, log="[role=log]", composer="textarea")
    page.close()
    assert troubles.found == []


def test_nothing_that_is_said_does_anything_in_the_page(said: Said, address: str) -> None:
    troubles = Troubles()
    page = troubles.watch(said.context, address)
    page.goto(address)
    page.get_by_role("tab").first.wait_for()
    for number, _ in enumerate(said.views()):
        page.locator("button.history").click()
        page.locator("#threads .name").nth(number).click()
        expect(page.locator("#chat")).to_contain_text("the end")
        troubles.look(page, log="#chat .message", composer="#box textarea")
    page.close()
    assert troubles.found == []
