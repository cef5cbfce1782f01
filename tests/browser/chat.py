"""Our own client in a page, for the tests that use it."""

import re
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Locator, expect


class Chat:
    """The client in a page of its own. `broken` are errors that nobody caught."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.page = context.new_page()
        self.broken: list[str] = []
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))
        self.box = self.page.get_by_role("textbox", name="Message")
        self.log = self.page.get_by_role("log")
        self.stop = self.page.get_by_role("button", name="Stop", exact=True)
        self.threads = self.page.get_by_role("navigation", name="Conversations")

    def open(self, model: str = "compatible/echo", agent: str = "assistant", **more: str) -> "Chat":
        """Goes to the client's page; this agent on this model answers what is begun there."""
        self.page.goto(f"{self.address}/chatkit/client?{urlencode({'agent': agent, 'model': model, **more})}")
        self.page.get_by_role("button", name=re.compile("^Model:")).wait_for()
        return self

    def say(self, text: str) -> None:
        """Types a message and sends it."""
        self.box.fill(text)
        self.box.press("Enter")

    def answered(self, *texts: str) -> None:
        """Waits until these answers stand there, and no other is being written."""
        expect(self.answers).to_have_count(len(texts))
        for index, text in enumerate(texts):
            expect(self.answers.nth(index)).to_contain_text(text)
        expect(self.stop).to_be_hidden()

    @property
    def answers(self) -> Locator:
        """The agent's messages."""
        return self.log.locator(".row.assistant_message")

    @property
    def questions(self) -> Locator:
        """The visitor's messages."""
        return self.log.locator(".row.user_message")

    def pick(self, model: str) -> None:
        """Types another model's name."""
        self.page.get_by_role("button", name=re.compile("^Model:")).click()
        field = self.page.get_by_role("combobox")
        field.fill(model)
        field.press("Enter")

    def ask(self, kind: str, **params: Any) -> Any:
        """What the server answers to a request of the protocol, asked in the visitor's name."""
        reply = self.page.request.post(f"{self.address}/chatkit", data={"type": kind, "params": params})
        assert reply.ok, reply.text()
        return reply.json() if "json" in reply.headers["content-type"] else reply.text()
