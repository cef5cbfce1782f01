"""A page of another site that uses `/chatkit` in Chromium: a visitor of its own there, and nothing if not allowed."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.access.signing import SHARED, shared
from tests.browser.conftest import ROOT, running

ASK = """async ([api, credentials, token]) => {
  const say = async (type, params) => {
    const headers = {"content-type": "application/json", "accept-language": "de", "chatkit-frame-instance-id": "f"};
    if (token) headers.authorization = `Bearer ${token}`;
    const body = JSON.stringify({type, params});
    const answer = await fetch(api + "/chatkit", {method: "POST", headers, body, credentials});
    return {run: answer.headers.get("x-run-id"), text: await answer.text()};
  };
  const content = [{type: "input_text", text: "hello"}];
  const first = await say("threads.create", {input: {content, attachments: [], inference_options: {}}});
  const listed = (JSON.parse((await say("threads.list", {})).text).data ?? []).length;
  const frames = first.text.split("\\n\\n").length;
  return {run: first.run, frames, listed};
}"""


@dataclass(frozen=True)
class Sites:
    """The playground, and an empty page that stands on another port of its host and, by another name, on another."""

    api: str
    same_site: str
    cross_site: str


class _Empty(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title>")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that it has there
        pass


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    folder = tmp_path_factory.mktemp("embedding")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Empty)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    same, cross = (f"http://{host}:{server.server_port}" for host in ("127.0.0.1", "localhost"))
    with running("-m", "tests.wire", "--port", "0", folder=folder) as wire:
        settings = {
            "PLAYGROUND_COMPATIBLE_BASE_URL": wire,
            "PLAYGROUND_LOCAL_MODEL": "off",
            "PLAYGROUND_DATA_DIR": str(folder / "data"),
            "PLAYGROUND_AGENT": "tests.staff:parrot",
            "PLAYGROUND_ALLOWED_ORIGINS": f"{same}, {cross}",
            "PLAYGROUND_TOKEN_SECRET": SHARED,
        }
        with running(str(ROOT / "app.py"), "--port", "0", folder=folder, **settings) as api:
            yield Sites(api, same, cross)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """A browser without cookies."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("where", ["same_site", "cross_site"])
def test_a_page_of_an_allowed_site_is_one_visitor(sites: Sites, stranger: Page, where: str) -> None:
    stranger.goto(getattr(sites, where))
    told = stranger.evaluate(ASK, [sites.api, "include"])
    assert told["run"].startswith("run_")
    assert told["frames"] > 4
    assert told["listed"] == 1
    stranger.reload()
    assert stranger.evaluate(ASK, [sites.api, "include"])["listed"] == 2


def test_without_the_cookie_each_request_is_a_visitor_of_its_own(sites: Sites, stranger: Page) -> None:
    stranger.goto(sites.cross_site)
    assert stranger.evaluate(ASK, [sites.api, "omit"])["listed"] == 0


def test_with_a_token_a_page_is_one_visitor_without_a_cookie(sites: Sites, stranger: Page) -> None:
    ann, bob = (shared(sub=name, scope={"origin": sites.cross_site}) for name in ("ann", "bob"))
    stranger.goto(sites.cross_site)
    assert stranger.evaluate(ASK, [sites.api, "omit", ann])["frames"] > 4
    assert stranger.evaluate(ASK, [sites.api, "omit", ann])["listed"] == 2
    assert stranger.evaluate(ASK, [sites.api, "include", bob])["listed"] == 1
    assert stranger.context.cookies() == []
    stranger.goto(sites.same_site)
    refused = stranger.evaluate(ASK, [sites.api, "omit", ann])
    assert (refused["run"], refused["listed"]) == (None, 0)


def test_who_is_somebody_there_is_somebody_else_here(sites: Sites, stranger: Page) -> None:
    stranger.goto(sites.cross_site)
    stranger.evaluate(ASK, [sites.api, "include"])
    stranger.goto(f"{sites.api}/healthz")
    assert stranger.evaluate(ASK, ["", "same-origin"])["listed"] == 1


def test_a_page_of_any_other_site_gets_nothing(address: str, sites: Sites, stranger: Page) -> None:
    stranger.goto(sites.cross_site)
    with pytest.raises(Exception, match="Failed to fetch"):
        stranger.evaluate(ASK, [address, "include"])
