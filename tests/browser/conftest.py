"""A real server, asked by a real browser; its provider is the fake one on the loopback."""

import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chat import Chat

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a microphone that beeps
]


@contextmanager
def running(*command: str, folder: Path, **variables: str) -> Generator[str]:
    """A Python process of ours; the last word of the first line that it prints, which is its address."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **variables}
    with (
        (folder / f"{Path(command[-3]).stem}.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, *command], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait(30)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is named there
        """Says nothing."""


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Another site, which may use the playground: where it is, and the folder of its pages."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory, elsewhere: tuple[str, Path]) -> Iterator[str]:
    """Where the playground is."""
    folder = tmp_path_factory.mktemp("served")
    with running("-m", "tests.wire", "--port", "0", folder=folder) as wire:
        settings = {
            "PLAYGROUND_COMPATIBLE_BASE_URL": wire,
            "PLAYGROUND_LOCAL_MODEL": "off",
            "PLAYGROUND_DATA_DIR": str(folder / "data"),
            "PLAYGROUND_AGENT": "tests.staff:clerk",
            "PLAYGROUND_ALLOWED_ORIGINS": elsewhere[0],
        }
        with running(str(ROOT / "app.py"), "--port", "0", folder=folder, **settings) as address:
            yield address


@pytest.fixture(scope="session")
def crowded_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a playground is that has keys for every provider; all of them are the fake one."""
    folder = tmp_path_factory.mktemp("crowded")
    with running("-m", "tests.wire", "--port", "0", folder=folder) as wire:
        root = wire.removesuffix("/v1")
        settings = {
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": wire,
            "ANTHROPIC_API_KEY": "sk-ant-test",
            "ANTHROPIC_BASE_URL": root,
            "GEMINI_API_KEY": "goog-test",
            "GOOGLE_GEMINI_BASE_URL": root,
            "PLAYGROUND_COMPATIBLE_BASE_URL": wire,
            "PLAYGROUND_LOCAL_MODEL": "off",
            "PLAYGROUND_DATA_DIR": str(folder / "data"),
            "PLAYGROUND_AGENT": "tests.staff:clerk",
        }
        with running(str(ROOT / "app.py"), "--port", "0", folder=folder, **settings) as address:
            yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it. It goes with its module: an event loop of Playwright's runs while it is there."""
    if CHROMIUM is None:
        pytest.fail("These tests need Chromium on the PATH; scripts/test installs it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def asked_elsewhere() -> list[str]:
    """Addresses of other hosts that the page asked for."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, asked_elsewhere: list[str]) -> Iterator[Page]:
    """A new visitor's page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(20_000)
    expect.set_options(timeout=15_000)
    page = context.new_page()

    def note(url: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            asked_elsewhere.append(url)

    page.on("request", lambda request: note(request.url))
    page.goto(address)
    page.get_by_role("tab").first.wait_for()
    page.locator("#chat .placeholder h2").wait_for()
    yield page
    context.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A new visitor's browser, without a page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(10_000)
    expect.set_options(timeout=10_000)
    yield context
    context.close()


@pytest.fixture
def client(visitor: BrowserContext, address: str) -> Iterator[Chat]:
    """Our own ChatKit client, not opened yet."""
    made = Chat(visitor, address)
    yield made
    assert made.broken == []
