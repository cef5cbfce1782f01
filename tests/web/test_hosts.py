"""The names that are answered to."""

import socket
from typing import Any

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from playground.errors import Misdirected
from playground.settings import Settings
from playground.web.hosts import Hosts
from playground.web.tunnel.link import Link

ANYWHERE = "0.0.0.0"
OURS = [
    "localhost",
    "LOCALHOST:7860",
    "localhost.",
    "play.localhost:7860",
    "127.0.0.1:7860",
    "[::1]:7860",
    "192.0.2.7",
    socket.gethostname(),
    f"{socket.gethostname()}.local:7860",
    "",
]
FOREIGN = ["evil.test", "evil.test:7860", "localhost.evil.test", "127.0.0.1.evil.test", "2130706433", "evillocalhost"]


async def answered(called: str, /, *, path: str = "/", tunnel: str | None = None, **settings: Any) -> bool:
    """Whether a request for a host is passed on."""
    passed: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        passed.append(scope)

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    async def send(_message: Message) -> None:
        raise AssertionError("nothing is sent")

    link = Link(settings.get("public_url"))
    link.tunnel = tunnel
    headers = [(b"host", called.encode())] if called else []
    try:
        await Hosts(app, Settings(**settings), link)({"type": "http", "path": path, "headers": headers}, receive, send)
    except Misdirected:
        return False
    return bool(passed)


@pytest.mark.parametrize("host", OURS)
async def test_this_machine_is_reached_by_its_own_names(host: str) -> None:
    assert await answered(host)


@pytest.mark.parametrize("bound", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
@pytest.mark.parametrize("host", FOREIGN)
async def test_no_page_may_give_this_machine_another_name(bound: str, host: str) -> None:
    assert not await answered(host, host=bound)


async def test_a_server_for_others_answers_to_any_name_until_its_own_is_said() -> None:
    assert await answered("demo.test", host=ANYWHERE)
    assert await answered("demo.test", host=ANYWHERE, allowed_hosts=("demo.test",))
    assert not await answered("evil.test", host=ANYWHERE, allowed_hosts=("demo.test",))
    assert not await answered("evil.test", host=ANYWHERE, public_url="https://demo.test")


async def test_names_that_the_owner_gives_are_answered_to() -> None:
    settings: dict[str, Any] = {"allowed_hosts": ("Demo.test", "other.test"), "public_url": "https://play.test:8443"}
    for host in ("demo.test", "other.test:7860", "play.test:8443", "localhost"):
        assert await answered(host, **settings)
    assert not await answered("evil.test", **settings)


async def test_the_tunnels_name_is_ours_while_it_stands() -> None:
    assert await answered("abc.share.test", tunnel="https://abc.share.test")
    assert not await answered("old.share.test", tunnel="https://abc.share.test")
    assert not await answered("abc.share.test")


async def test_who_looks_whether_we_are_alive_may_call_us_anything() -> None:
    assert await answered("pod-7", path="/healthz")


async def test_the_refusal_says_what_the_owner_can_do(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/chatkit/options", headers={"Host": "evil.test"})
    assert answer.status_code == 421
    assert answer.json()["message"] == (
        "This playground does not go by the name evil.test. Its owner can allow it: PLAYGROUND_ALLOWED_HOSTS."
    )
    assert "set-cookie" not in answer.headers
