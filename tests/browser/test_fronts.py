"""The playground as strangers reach it: through the tunnel, and through the documented nginx with TLS."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson
import pytest
from gradio import tunneling
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, running
from tests.nginx import HOST, Front, free_port, nginx
from tests.web.tunnel.conftest import Installed, install

pytestmark = pytest.mark.browser

MODEL = "compatible/words-40@20"
SERVE = """
import sys
from playground.quiet import hush
hush()
from gradio import tunneling
tunneling.CHECKSUMS[tunneling.BINARY_URL] = sys.argv.pop()
sys.argv[1:] = ["serve", "--share", "--port", "0"]
from playground.__main__ import commands
commands()
"""


@dataclass(slots=True)
class Served:
    """A playground with `--share`. `link` is the last one that it printed."""

    process: subprocess.Popen[str]
    address: str
    link: str
    tunnel: Installed

    def printed(self, beginning: str) -> str:
        """The next line of its output that begins so: the rest of it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(beginning):
                return line.removeprefix(beginning).strip()
        raise AssertionError(f"it never printed {beginning}")


@dataclass(frozen=True, slots=True)
class Reached:
    """One way to it: what visitors write, and a client that goes there."""

    url: str
    client: httpx2.Client
    proxy: Front | None


@pytest.fixture(scope="module")
def port() -> int:
    """nginx's, which the playground has to know as part of its public address."""
    return free_port()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("shared")
    tunnel = install(folder / "hf" / "gradio" / "frpc" / tunneling.BINARY_FILENAME)
    checksum = hashlib.sha256(tunnel.path.read_bytes()).hexdigest()
    with running("-m", "tests.wire", "--port", "0", folder=folder) as wire, (folder / "served.log").open("w") as log:
        settings = {
            "HF_HOME": str(folder / "hf"),
            "PLAYGROUND_COMPATIBLE_BASE_URL": wire,
            "PLAYGROUND_LOCAL_MODEL": "off",
            "PLAYGROUND_PUBLIC_URL": f"https://{HOST}:{port}",
            "PLAYGROUND_SHARE_SERVER": "share.test:7000",
            "PLAYGROUND_SHARE_SERVER_PROTOCOL": "http",
            "PLAYGROUND_TRUSTED_PROXIES": "127.0.0.1",
            "PLAYGROUND_OFFERED_MODELS": f"{MODEL},compatible/echo",
        }
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, checksum],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with process:
            served = Served(process, "", "", tunnel)
            try:
                served.address = served.printed("Playground ready at ")
                served.link = served.printed("Public link: ")
                yield served
            finally:
                process.kill()


@pytest.fixture(scope="module")
def proxy(served: Served, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with nginx(tmp_path_factory.mktemp("nginx"), port, served.address) as front:
        yield front


@pytest.fixture(params=["nginx", "tunnel"])
def reached(request: pytest.FixtureRequest, served: Served, proxy: Front) -> Generator[Reached]:
    """By each way, as a new visitor."""
    if request.param == "tunnel":
        with httpx2.Client(base_url=served.link, timeout=20) as client:
            yield Reached(served.link, client, None)
        return
    by_name = {"Host": f"{HOST}:{proxy.port}"}
    there = f"https://127.0.0.1:{proxy.port}"
    with httpx2.Client(base_url=there, headers=by_name, verify=proxy.trust, timeout=20) as client:
        yield Reached(proxy.url, client, proxy)


def begun(client: httpx2.Client, model: str = MODEL) -> Any:
    """The answer to a first message, as it streams."""
    message = {"content": [{"type": "input_text", "text": "Go on."}], "inference_options": {"model": model}}
    return client.stream("POST", "/chatkit", json={"type": "threads.create", "params": {"input": message}})


def test_the_page_builds_its_addresses_from_ours(reached: Reached) -> None:
    answer = reached.client.get("/config")
    assert answer.json()["root"] == reached.url
    lies = {"X-Forwarded-Host": "evil.test", "X-Gradio-Server": "https://evil.test", "X-Forwarded-Prefix": "/evil"}
    page = reached.client.get("/", headers=lies)
    assert page.status_code == 200
    assert "evil.test" not in page.text
    assert reached.url in page.text


def test_an_answer_comes_as_it_is_written(reached: Reached) -> None:
    with begun(reached.client) as answer:
        lines = answer.iter_lines()
        first = next(line for line in lines if "text_delta" in line)
        thread = answer.headers["x-thread-id"]
        assert reached.client.get(f"/chatkit/threads/{thread}/run").json()["status"] == "running"
        rest = [first, *lines]
    events = [orjson.loads(line.removeprefix("data: ")) for line in rest if line.startswith("data: ")]
    said = "".join(event.get("update", {}).get("delta", "") for event in events)
    assert said.split() == [f"w{number}" for number in range(40)]


def test_the_visitor_stays_the_same_and_his_cookie_is_for_https_where_he_came_by_it(reached: Reached) -> None:
    with begun(reached.client, "compatible/echo") as answer:
        answer.read()
        cookie = answer.headers["set-cookie"]
        thread = answer.headers["x-thread-id"]
    assert "HttpOnly" in cookie
    assert ("Secure" in cookie) is reached.url.startswith("https")
    again = reached.client.get(f"/chatkit/threads/{thread}/run")
    assert again.status_code == 200
    assert "set-cookie" not in again.headers
    reached.client.cookies.clear()
    assert reached.client.get(f"/chatkit/threads/{thread}/run").status_code == 404


def test_a_file_goes_up_and_its_link_leads_back(reached: Reached) -> None:
    words = b"word " * 200_000
    made = reached.client.post("/chatkit/attachments", files={"file": ("a.txt", words, "text/plain")})
    assert made.status_code == 200, made.text
    request = {"type": "attachments.create", "params": {"name": "b.txt", "size": 10, "mime_type": "text/plain"}}
    announced = reached.client.post("/chatkit", json=request).json()
    assert announced["upload_descriptor"]["url"].startswith(f"{reached.url}/chatkit/attachments/")
    assert reached.client.get(f"/chatkit/attachments/{made.json()['id']}").content == words


def test_a_stranger_talks_to_it_in_his_browser(reached: Reached, browser: Browser) -> None:
    named = f"--host-resolver-rules=MAP {HOST} 127.0.0.1"
    own = browser.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, named])
    context = own.new_context(ignore_https_errors=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(reached.url)
    page.locator("#chat .placeholder h2").wait_for()
    box = page.locator("#box textarea")
    box.fill("Go on.")
    box.press("Enter")
    expect(page.locator("#chat .metrics")).to_have_count(1, timeout=20_000)
    expect(page.locator("#chat .message.bot").first).to_contain_text("Go on.")
    cookies = [cookie for cookie in context.cookies() if "visitor" in str(cookie.get("name"))]
    assert [cookie.get("secure") for cookie in cookies] == [reached.url.startswith("https")]
    own.close()


def test_another_name_is_nobodys(served: Served) -> None:
    answer = httpx2.get(served.address, headers={"Host": "evil.test"})
    assert answer.status_code == 421
    assert "PLAYGROUND_ALLOWED_HOSTS" in answer.text


def test_a_link_that_is_lost_is_replaced_and_goes_with_the_server(served: Served) -> None:
    os.kill(served.tunnel.starts[-1]["pid"], signal.SIGKILL)
    assert served.printed("The public link is gone") is not None
    link = served.printed("Public link: ")
    assert link != served.link
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(served.link)
    with httpx2.Client(base_url=link, timeout=20) as client, begun(client, "compatible/echo") as answer:
        assert b"text_delta" in answer.read()
    served.process.terminate()
    assert served.process.wait(30) == 0
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(link)
