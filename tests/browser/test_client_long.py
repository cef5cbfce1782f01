"""Our own client with more than fits on a screen: a fake server tells of long conversations."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.chat import Chat

pytestmark = pytest.mark.browser

AT = "2026-01-02T03:04:05Z"
STILL: dict[str, Any] = {"created_at": AT, "status": {"type": "active"}, "metadata": {}}


def item(number: int) -> dict[str, Any]:
    base = {"id": f"msg_{number}", "thread_id": "thr_0", "created_at": AT}
    if number % 2 == 0:
        content: list[dict[str, Any]] = [{"type": "input_text", "text": f"question {number}"}]
        return {**base, "type": "user_message", "content": content, "attachments": [], "inference_options": {}}
    text = f"answer {number}\n\n" + "\n".join(f"- point {line} of **{number}**" for line in range(number % 7))
    return {**base, "type": "assistant_message", "content": [{"type": "output_text", "text": text, "annotations": []}]}


class Archive:
    """Serves one thread of many items, and many threads."""

    def __init__(self, page: Page, *, items: int = 1000, threads: int = 75) -> None:
        self.items = [item(number) for number in range(items)]
        self.threads: list[dict[str, Any]] = [
            {"id": f"thr_{number}", "title": f"Talk {number}", **STILL, "items": {"data": [], "has_more": False}}
            for number in range(threads)
        ]
        self.asked: list[str] = []
        page.route("**/chatkit", self.serve)
        page.route("**/chatkit/threads/**", lambda route: route.fulfill(status=404, body='{"message": "Not found."}'))

    def serve(self, route: Route) -> None:
        request = json.loads(route.request.post_data or "")
        kind, params = request["type"], request["params"]
        self.asked.append(kind)
        if kind == "threads.get_by_id":
            first = {"data": self.items[:200], "has_more": len(self.items) > 200}
            return route.fulfill(json={**self.threads[0], "items": first})
        entries = self.threads if kind == "threads.list" else self.items[::-1]
        start = next((at + 1 for at, one in enumerate(entries) if one["id"] == params.get("after")), 0)
        page = entries[start : start + params["limit"]]
        more = start + len(page) < len(entries)
        return route.fulfill(json={"data": page, "has_more": more, "after": page[-1]["id"] if more else None})


def test_a_thread_of_a_thousand_items_shows_the_newest_and_reads_the_rest_as_it_is_scrolled(client: Chat) -> None:
    archive = Archive(client.page)
    client.open(thread="thr_0")
    expect(client.log.get_by_text("question 998")).to_be_in_viewport()
    rows = client.log.locator(".row")
    assert rows.count() <= 60
    assert archive.asked.count("items.list") == 1
    scroller = client.page.get_by_role("region", name="Conversation", exact=True)
    seen = 0
    while client.log.get_by_text("question 0", exact=True).count() == 0:
        scroller.evaluate("element => element.scrollBy(0, -element.clientHeight * 2)")
        client.page.wait_for_timeout(20)
        seen += 1
        assert seen < 2000
    ids = rows.evaluate_all("rows => rows.map((row) => row.dataset.item)")
    assert ids == [one["id"] for one in archive.items]
    client.page.get_by_role("button", name="To the newest message").click()
    expect(client.log.get_by_text("question 998")).to_be_in_viewport()


def test_what_is_read_stays_where_it_is_while_older_items_come(client: Chat) -> None:
    Archive(client.page, items=400)
    client.open(thread="thr_0")
    expect(client.log.get_by_text("question 398")).to_be_in_viewport()
    scroller = client.page.get_by_role("region", name="Conversation", exact=True)
    rows = client.log.locator(".row")
    before = rows.count()
    scroller.evaluate("element => element.scrollTo(0, 1000)")
    client.page.wait_for_timeout(300)  # what comes into sight there takes its own height
    scroller.evaluate("element => element.scrollTo(0, 780)")
    place = """rows => {
      const row = rows.find((one) => one.getBoundingClientRect().top > 100);
      return [row.dataset.item, row.getBoundingClientRect().top];
    }"""
    name, top = rows.evaluate_all(place)
    while rows.count() == before:
        client.page.wait_for_timeout(20)
    client.page.wait_for_timeout(100)
    after = client.log.locator(f"[data-item={name}]").evaluate("row => row.getBoundingClientRect().top")
    assert abs(after - top) < 4


def test_the_list_of_conversations_is_read_as_it_is_scrolled_and_searched(client: Chat) -> None:
    archive = Archive(client.page, items=2)
    client.open()
    rows = client.threads.get_by_role("listitem")
    expect(rows.first).to_contain_text("Talk 0")
    assert archive.asked.count("threads.list") <= 2
    client.page.get_by_role("searchbox", name="Search conversations").fill("talk 74")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Talk 74")
    client.page.get_by_role("searchbox", name="Search conversations").fill("nothing like it")
    expect(client.threads.get_by_text("Nothing found")).to_be_visible()


def test_a_locked_conversation_can_be_read_and_not_written_to(client: Chat) -> None:
    archive = Archive(client.page, items=4)
    archive.threads[0]["status"] = {"type": "locked", "reason": "The case is settled."}
    client.open(thread="thr_0")
    expect(client.log.get_by_text("question 2")).to_be_visible()
    expect(client.page.get_by_text("The case is settled.").first).to_be_visible()
    expect(client.box).to_be_disabled()
