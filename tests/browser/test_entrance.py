"""The way in, in a browser: on a phone by a link, at a desk by the password and the keyboard alone."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, running

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent.parent / "vendor" / "axe-core" / "axe.min.js"
PASSWORD = "open sesame, please"


@pytest.fixture(scope="module")
def gated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a playground is kept that is for some alone."""
    return tmp_path_factory.mktemp("gated")


@pytest.fixture(scope="module")
def gated(gated_folder: Path) -> Iterator[tuple[str, str]]:
    """Where it answers, and a link that was made for it."""
    folder = gated_folder
    settings = {
        "PLAYGROUND_PASSWORD": PASSWORD,
        "PLAYGROUND_LOCAL_MODEL": "off",
        "PLAYGROUND_DATA_DIR": str(folder / "data"),
    }
    with running(str(ROOT / "app.py"), "--port", "0", folder=folder, **settings) as address:
        yield address, link("friends", folder=folder).stdout.strip().partition("/enter")[2]


def link(*words: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """What the command for links does, for the playground of that folder."""
    return subprocess.run(
        [sys.executable, "-m", "playground", "link", *words],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PLAYGROUND_DATA_DIR": str(folder / "data")},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.fixture(params=["light", "dark"])
def looks(request: pytest.FixtureRequest) -> Any:
    return request.param


def faults(page: Page) -> list[str]:
    """What stands in the way of people with a disability, as axe finds it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(found => found.violations.map(one => one.help))")
    assert isinstance(found, list)
    return found  # pyright: ignore[reportUnknownVariableType]


def test_on_a_phone_a_link_is_all_it_takes(browser: Browser, gated: tuple[str, str]) -> None:
    address, code = gated
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/enter{code}")
    page.wait_for_url(f"{address}/")
    page.get_by_role("tab").first.wait_for()
    assert {url for url in asked if not url.startswith((address, "data:", "blob:"))} == set()
    secret = code.removeprefix("#")
    assert not [url for url in asked if secret in url.partition("#")[0]]
    page.go_back()
    assert secret not in page.url
    context.close()


def test_whose_link_is_revoked_is_told_so_at_their_next_click(
    browser: Browser, gated: tuple[str, str], gated_folder: Path
) -> None:
    made = link("one", folder=gated_folder)
    code, name = made.stdout.strip().partition("/enter")[2], made.stderr.split()[0]
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{gated[0]}/enter{code}")
    page.wait_for_url(f"{gated[0]}/")
    page.get_by_role("tab").first.wait_for()
    link("--revoke", name, folder=gated_folder)
    with page.expect_navigation(url=f"{gated[0]}/enter?**"):
        page.get_by_role("button", name="New session (Alt+N)").click()
    expect(page.get_by_text("was taken back")).to_be_visible()
    context.close()


def test_at_a_desk_the_password_is_typed_and_a_wrong_one_is_told(
    browser: Browser, gated: tuple[str, str], looks: Any
) -> None:
    address, _ = gated
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=looks, locale="de-DE")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{address}/chatkit/client")
    assert page.url == f"{address}/enter?to=/chatkit/client"
    expect(page.get_by_role("textbox")).to_be_focused()
    assert faults(page) == []
    assert complaints == []
    page.keyboard.type("a guess")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Das ist nicht das Passwort.")
    expect(page.get_by_role("textbox")).to_be_focused()
    assert faults(page) == []
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/chatkit/client")
    context.close()


def test_who_came_in_stays_here(browser: Browser, gated: tuple[str, str]) -> None:
    address, code = gated
    context = browser.new_context()
    page = context.new_page()
    left: list[str] = []
    page.route(lambda url: not url.startswith(f"{address}/"), lambda route: left.append(route.request.url))
    for to in ("https://evil.test/", "//evil.test/", "/\\evil.test", "/x/..//evil.test/", "javascript:alert(1)"):
        page.goto(f"{address}/enter?to={to}{code}", wait_until="commit")
        page.wait_for_url(lambda url: "/enter" not in url, wait_until="commit")
        assert page.url.startswith(f"{address}/")
    assert left == []
    context.close()
