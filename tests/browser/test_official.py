"""The page with OpenAI's element, without the internet: a stand-in for its script, or none at all."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

MAKER = "https://cdn.platform.openai.com/**"
ELEMENT = """
customElements.define("openai-chatkit", class extends HTMLElement {
  setOptions(options) { window.given = options; }
});
"""


@pytest.fixture
def visit(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(color_scheme="dark")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def test_without_the_internet_the_page_says_so_and_names_our_own_client(address: str, visit: Page) -> None:
    visit.route(MAKER, lambda route: route.abort())
    visit.goto(f"{address}/chatkit/ui")
    expect(visit.get_by_text("could not be loaded")).to_be_visible()
    visit.get_by_role("link").click()
    visit.wait_for_url(f"{address}/chatkit/client")


def test_the_element_is_given_its_options_and_the_browsers_tools(address: str, visit: Page) -> None:
    complaints: list[str] = []
    visit.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    visit.route(MAKER, lambda route: route.fulfill(body=ELEMENT, content_type="text/javascript"))
    visit.goto(f"{address}/chatkit/ui?thread=thr_1")
    visit.wait_for_function("window.given !== undefined")
    given = visit.evaluate("JSON.parse(JSON.stringify(window.given))")
    assert (given["api"]["url"], given["initialThread"], given["theme"]) == (
        "/chatkit",
        "thr_1",
        {"colorScheme": "dark"},
    )
    facts = visit.evaluate("window.given.onClientTool({name: 'browser_facts', params: {}})")
    assert set(facts) == {"language", "time_zone", "screen", "online"}
    unknown = visit.evaluate("window.given.onClientTool({name: 'toString', params: {}})")
    assert "no tool" in unknown["error"]
    assert not complaints


def test_a_token_goes_to_our_own_server_and_leaves_the_address(address: str, visit: Page) -> None:
    seen: list[tuple[str, str | None]] = []

    def answered(route: Route) -> None:
        headers = {"access-control-allow-origin": "*", "access-control-allow-headers": "*"}
        seen.append((route.request.url, route.request.headers.get("authorization")))
        route.fulfill(body=json.dumps({}), content_type="application/json", headers=headers)

    visit.route(MAKER, lambda route: route.fulfill(body=ELEMENT, content_type="text/javascript"))
    visit.route("https://api.openai.com/**", answered)
    visit.route(f"{address}/chatkit", answered)
    visit.goto(f"{address}/chatkit/ui#token=secret")
    visit.wait_for_function("window.given !== undefined")
    assert visit.evaluate("location.hash") == ""
    for url in ("/chatkit", "https://api.openai.com/v1/chatkit/domain_keys/verify"):
        visit.evaluate("url => window.given.api.fetch(url, {method: 'POST', body: '{}'}).then(r => r.text())", url)
    assert seen == [
        (f"{address}/chatkit", "Bearer secret"),
        ("https://api.openai.com/v1/chatkit/domain_keys/verify", None),
    ]
