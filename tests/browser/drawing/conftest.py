"""A sheet to draw on: the client's folder, under a policy as an embedding page may have: pictures of any host."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect

HERE = Path(__file__).parent
CLIENT = Path(__file__).parents[3] / "playground" / "web" / "client"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:"
SHEET = {"/": "sheet.html", "/sheet.js": "sheet.js"}


class Served(SimpleHTTPRequestHandler):
    """The client's files, and the sheet."""

    def translate_path(self, path: str) -> str:
        """The sheet is ours, everything else the client's."""
        own = SHEET.get(path)
        return str(HERE / own) if own else super().translate_path(path)

    def end_headers(self) -> None:
        """With the policy."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base calls it that
        """Nothing is written."""


class Sheet:
    """A page with an empty `<main>`, on which items are drawn."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.asked: list[str] = []

    def refuse(self, dialog: Dialog) -> None:
        """No drawing opens a dialog."""
        self.errors.append(dialog.message)
        dialog.dismiss()

    def show(self, kind: str, /, *, context: str = "{}", **fields: Any) -> Locator:
        """Draws an item; `context` is a JavaScript object that is added to the usual one."""
        item = {"id": "itm_1", "thread_id": "thr_1", "created_at": "2026-01-01T00:00:00Z", "type": kind, **fields}
        self.page.evaluate(f"show({json.dumps(item)}, {context})")
        return self.page.locator(".pg-item").last

    def again(self, kind: str, /, *, context: str = "{}", **fields: Any) -> None:
        """Redraws the first item."""
        item = {"id": "itm_1", "thread_id": "thr_1", "created_at": "2026-01-01T00:00:00Z", "type": kind, **fields}
        self.page.evaluate(f"again({json.dumps(item)}, {context})")

    def widget(self, *children: dict[str, Any], **card: Any) -> Locator:
        """Draws a card with these components."""
        return self.show("widget", widget={"type": "Card", "children": list(children), **card})

    def answer(self, text: str, *annotations: dict[str, Any], context: str = "{}") -> Locator:
        """Draws an answer."""
        return self.show("assistant_message", content=[said(text, *annotations)], context=context)

    @property
    def calls(self) -> list[Any]:
        """What was called: lists of a name and what was given."""
        calls: list[Any] = self.page.evaluate("calls")
        return calls


def said(text: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    """A part of an answer."""
    return {"type": "output_text", "text": text, "annotations": list(annotations)}


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """Where the client's files are."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Served, directory=str(CLIENT))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def blank(browser: Browser, served: str) -> Iterator[Sheet]:
    """The sheet that the tests of a module use, one after the other."""
    page = browser.new_page(viewport={"width": 800, "height": 900})
    page.set_default_timeout(10_000)
    sheet = Sheet(page)
    page.on("pageerror", lambda error: sheet.errors.append(str(error)))
    page.on("console", lambda line: sheet.errors.append(line.text) if line.type == "error" else None)
    page.on("dialog", sheet.refuse)
    page.on("request", lambda asked: None if asked.url.startswith((served, "data:")) else sheet.asked.append(asked.url))
    page.route("https://**", lambda route: route.abort())
    page.goto(served)
    page.locator("body[data-ready]").wait_for(state="attached")
    yield sheet
    page.close()


@pytest.fixture
def sheet(blank: Sheet) -> Iterator[Sheet]:
    """An empty sheet. What goes wrong in it, opens a dialog or asks another host fails the test."""
    expect.set_options(timeout=10_000)
    blank.page.evaluate("document.querySelector('main').replaceChildren(); calls.length = 0; window.replies = {}")
    blank.page.evaluate("getSelection().empty()")
    yield blank
    found = [*blank.errors, *blank.asked]
    blank.errors.clear()
    blank.asked.clear()
    assert found == []
