"""What visitors see of their limits, their data and their keys, in both of our pages."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.chat import Chat

pytestmark = pytest.mark.browser

KEY = "sk-own-0123456789abcdefghij"
TOMORROW = "2999-01-02T00:00:00+00:00"


def told(page: Page, **changes: Any) -> dict[str, Any]:
    """Has the page told other things of its visitor; what is put into the answer from then on is told later."""
    more: dict[str, Any] = dict(changes)

    def answer(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, json={**reply.json(), **more})

    page.route("**/chatkit/me", answer)
    return more


def used_up() -> dict[str, Any]:
    limit = {"name": "money", "most": 0.5, "left": 0, "resets_at": TOMORROW}
    own = {"offered": True, "providers": ["openai"], "held": []}
    return {"limits": [limit], "text": "What you may use here is used up.", "own_keys": own}


@pytest.fixture(params=["/chatkit/client?model=compatible/echo&agent=assistant", "/"], ids=["client", "page"])
def opened(request: pytest.FixtureRequest, visitor: BrowserContext, address: str) -> Callable[[], Page]:
    """Opens one of our two pages."""
    page = visitor.new_page()

    def go() -> Page:
        page.goto(address + request.param)
        expect(page.get_by_role("button", name="Your data")).to_be_visible()
        return page

    return go


def test_what_is_kept_is_told_handed_out_and_deleted(opened: Callable[[], Page], address: str) -> None:
    page = opened()
    box = page.get_by_role("textbox", name="Message")
    box.fill("remember this")
    with page.expect_response("**/chatkit/me"):  # looked at again after each answer
        box.press("Enter")
        expect(page.get_by_text("remember this").first).to_be_visible()
    page.get_by_role("button", name="Your data").click()
    dialog = page.get_by_role("dialog", name="Your data")
    expect(dialog).to_contain_text("Kept here are your conversations")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download a copy").click()
    copy = json.loads(download.value.path().read_text())
    assert copy["threads"][0]["items"][0]["content"][0]["text"] == "remember this"
    dialog.get_by_role("button", name="Delete my data").click()
    dialog.get_by_role("button", name="Keep it").click()
    dialog.get_by_role("button", name="Delete my data").click()
    before = page.context.cookies()
    with page.expect_response("**/chatkit/me/forget") as gone:
        dialog.get_by_role("button", name="Delete for good").click()
    assert gone.value.status == 204
    expect(page.get_by_text("remember this")).to_have_count(0)
    expect(dialog).to_be_hidden()
    assert page.request.get(f"{address}/chatkit/me/export").json()["threads"] == []
    assert not [cookie for cookie in page.context.cookies() if cookie in before]


def test_who_has_used_all_up_is_told_when_to_go_on_and_may_bring_a_key(client: Chat) -> None:
    page = client.page
    more = told(page, **used_up())
    sent: list[Any] = []

    def take(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(status=204)

    page.route("**/chatkit/me/keys/openai", take)
    page.route(
        "**/chatkit",
        lambda route: route.fulfill(status=429, headers={"Retry-After": "40000"}, json={"message": "Spent."}),
    )
    client.open()
    expect(page.get_by_text("That is all for today.")).to_be_visible()
    client.say("and now?")
    expect(page.get_by_text("Spent.").first).to_be_visible()  # and it is not tried again for eleven hours
    expect(client.box).to_have_value("and now?")
    page.get_by_role("button", name="Use your own key").click()
    dialog = page.get_by_role("dialog", name="Your own key")
    expect(dialog).to_contain_text("neither stored nor logged")
    field = dialog.get_by_label("Key for OpenAI")
    assert field.get_attribute("type") == "password"
    field.fill(KEY)
    more["own_keys"] = {**more["own_keys"], "held": ["openai"]}
    field.press("Enter")
    expect(dialog.get_by_text("Your key for OpenAI is in use.")).to_be_visible()
    assert sent == [{"key": KEY}]
    page.keyboard.press("Escape")
    expect(page.get_by_text("Your own key pays.")).to_be_visible()
    expect(page.get_by_text("That is all for today.")).to_be_hidden()
    assert KEY not in page.content()
    assert KEY not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


def test_a_pause_is_told_in_the_owners_words_and_goes_away_by_itself(client: Chat) -> None:
    client.page.clock.install()
    more = told(client.page, paused="Back at <b>noon</b>.")
    client.open()
    expect(client.page.get_by_text("Back at <b>noon</b>.")).to_be_visible()
    more["paused"] = None
    client.page.clock.fast_forward(6_000)
    expect(client.page.get_by_text("Back at")).to_be_hidden()
