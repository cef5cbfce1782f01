"""The owner's page in a real browser: let in, everything seen, one answer stopped, everything paused and resumed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, running

pytestmark = pytest.mark.browser

TOKEN = "owner-token-0123456789abcdef"
AXE = ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js"
WORDS = "Back at nine <b>sharp</b>."


WITHOUT_PAGE = """
from playground.settings import Settings
from playground.web import server
server.create_app = server.create_api
server.serve(Settings(port=0))
"""


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a playground is whose owner's token is known."""
    folder = tmp_path_factory.mktemp("owned")
    with running("-m", "tests.wire", "--port", "0", folder=folder) as wire:
        settings = {
            "PLAYGROUND_COMPATIBLE_BASE_URL": wire,
            "PLAYGROUND_LOCAL_MODEL": "off",
            "PLAYGROUND_DATA_DIR": str(folder / "data"),
            "PLAYGROUND_AGENT": "tests.staff:clerk",
            "PLAYGROUND_OWNER_TOKEN": TOKEN,
        }
        (folder / "served.py").write_text(WITHOUT_PAGE)
        with running(str(folder / "served.py"), "--port", "0", folder=folder, **settings) as address:
            yield address


@pytest.fixture
def stranger(browser: Browser, playground: str) -> Iterator[Page]:
    """A visitor's page, on a model that goes on for long."""
    context = browser.new_context(viewport={"width": 1000, "height": 800}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{playground}/chatkit/client?model=compatible/words-5000@20&agent=tests.staff:clerk")
    yield page
    context.close()


@pytest.fixture
def owner(browser: Browser, playground: str) -> Iterator[Page]:
    """The owner's page, before they are let in."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark", locale="en-GB")
    context.set_default_timeout(10_000)
    expect.set_options(timeout=10_000)
    page = context.new_page()
    page.goto(f"{playground}/owner")
    yield page
    context.close()


def enter(owner: Page) -> None:
    owner.get_by_label("Owner's token").fill(TOKEN)
    owner.keyboard.press("Enter")
    expect(owner.get_by_text("Running", exact=True)).to_be_visible()


def ask(stranger: Page) -> None:
    stranger.get_by_role("textbox", name="Message").fill("Go on.")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_text("w5 w6 w7")).to_be_visible()


def test_the_owner_sees_an_answer_and_stops_it(owner: Page, stranger: Page) -> None:
    owner.get_by_label("Owner's token").fill("not it")
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("alert")).to_have_text("That is not the owner's token.")
    enter(owner)
    expect(owner.get_by_text("Nobody is being answered right now.")).to_be_visible()
    ask(stranger)
    row = owner.locator("#runs tbody tr")
    expect(row).to_contain_text("words-5000@20")
    stop = row.get_by_role("button", name="Stop")
    stop.focus()
    owner.wait_for_timeout(2500)  # it is looked again meanwhile, and the focus stays
    expect(stop).to_be_focused()
    stop.press("Enter")
    dialog = owner.get_by_role("dialog", name="Stop this answer?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Stop it").click()
    expect(owner.get_by_text("The answer was stopped.")).to_be_visible()
    expect(row).to_have_count(0)
    expect(stranger.get_by_text("The owner of this playground stopped this answer.")).to_be_visible()
    assert owner.evaluate("document.documentElement.scrollWidth") == 390


def test_a_pause_is_read_by_the_visitor_as_words_and_lifted_again(owner: Page, stranger: Page) -> None:
    enter(owner)
    ask(stranger)
    owner.get_by_role("button", name="Pause everything").click()
    dialog = owner.get_by_role("dialog", name="Pause everything?")
    dialog.get_by_label("What visitors read").fill(WORDS)
    dialog.get_by_role("button", name="Pause everything").click()
    expect(owner.get_by_text("Paused", exact=True)).to_be_visible()
    expect(owner.get_by_role("alert")).to_contain_text(WORDS)
    expect(stranger.get_by_text(WORDS).first).to_be_visible()
    owner.get_by_role("button", name="Resume").click()
    expect(owner.get_by_text("Running", exact=True)).to_be_visible()


def test_a_link_is_made_shown_once_and_revoked(owner: Page, playground: str) -> None:
    enter(owner)
    owner.get_by_role("button", name="New link").click()
    dialog = owner.get_by_role("dialog", name="New invite link")
    dialog.get_by_label("Name").fill("<img src=x> friends")
    dialog.get_by_label("Cap in US dollars").fill("0.5")
    dialog.get_by_role("button", name="Make it").click()
    shown = owner.get_by_role("dialog", name="The link “<img src=x> friends”")
    assert shown.get_by_role("textbox").input_value().startswith(f"{playground}/enter#")
    shown.get_by_role("button", name="Done").click()
    row = owner.locator("#links tbody tr")
    expect(row).to_contain_text("$0.00 of $0.50")
    row.get_by_role("button", name="Revoke").click()
    owner.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("revoked")


def test_the_page_is_fit_for_a_screen_reader_and_keeps_no_token_in_its_address(
    browser: Browser, playground: str
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{playground}/owner#{TOKEN}")
    expect(page.get_by_role("heading", name="Spend", exact=True)).to_be_visible()
    assert page.url == f"{playground}/owner"
    plot = page.locator("svg.plot")
    expect(plot).to_have_attribute("aria-label", "Spent in the last 48 hours: $0.00. Arrow keys tell each bar.")
    plot.focus()
    page.keyboard.press("End")
    expect(page.locator(".tip")).to_contain_text("$0.00")
    page.evaluate(AXE.read_text())
    faults = page.evaluate("axe.run().then(found => found.violations.map(one => one.id + ': ' + one.nodes[0].html))")
    assert faults == []
    context.close()
