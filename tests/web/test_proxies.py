"""What is believed of a request's sender, and of whom."""

from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from playground.web.proxies import Proxies
from playground.web.tunnel.link import Link

PROXY = "10.0.0.7"
CADDY = "fd00::7"
STRANGER = "203.0.113.9"
VISITOR = "198.51.100.4"
LIES = {
    "X-Forwarded-For": VISITOR,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": f"for={VISITOR};proto=https;host=evil.test",
    "X-Real-IP": VISITOR,
    "X-Gradio-Server": "https://evil.test",
}


async def passed_on(peer: str | None, headers: dict[str, str] | list[tuple[str, str]], **options: Any) -> Scope:
    """The request as the application sees it."""
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    async def send(_message: Message) -> None:
        raise AssertionError("nothing is sent")

    link = Link(options.pop("public_url", None))
    link.tunnel = options.pop("tunnel", None)
    pairs = list(headers.items()) if isinstance(headers, dict) else headers
    proxies = Proxies(app, link, options.pop("trusted", ("10.0.0.0/8", "fd00::7")))
    raw = [(name.lower().encode(), value.encode()) for name, value in pairs]
    await proxies(
        {"type": "http", "scheme": "http", "client": (peer, 5) if peer else None, "headers": raw}, receive, send
    )
    return seen[0]


def of(scope: Scope) -> tuple[str, str]:
    return scope["client"][0], scope["scheme"]


@pytest.mark.parametrize("peer", [STRANGER, "127.0.0.1", "::1", "fd00::8", "not an address"])
async def test_what_a_stranger_says_of_himself_changes_nothing(peer: str) -> None:
    assert of(await passed_on(peer, LIES)) == (peer, "http")


async def test_nobody_is_trusted_unless_named() -> None:
    assert of(await passed_on("127.0.0.1", LIES, trusted=())) == ("127.0.0.1", "http")


async def test_who_has_no_address_is_not_believed() -> None:
    assert (await passed_on(None, LIES))["client"] is None


@pytest.mark.parametrize("peer", [PROXY, STRANGER])
async def test_no_word_of_it_is_left_for_the_page(peer: str) -> None:
    seen = await passed_on(peer, LIES | {"Host": "demo.test", "Accept": "text/html"})
    assert seen["headers"] == [(b"host", b"demo.test"), (b"accept", b"text/html")]


@pytest.mark.parametrize("peer", [PROXY, f"::ffff:{PROXY}", CADDY])
async def test_a_trusted_proxy_tells_who_asked_it_and_how(peer: str) -> None:
    told = {"X-Forwarded-For": VISITOR, "X-Forwarded-Proto": "https"}
    assert of(await passed_on(peer, told)) == (VISITOR, "https")


@pytest.mark.parametrize(
    ("chain", "visitor"),
    [
        (f"{STRANGER}, {VISITOR}", VISITOR),
        (f"{STRANGER}, {VISITOR}, 10.1.1.1, {PROXY}", VISITOR),
        (f"{STRANGER}, unknown, {VISITOR}", VISITOR),
        (f"{VISITOR}, unknown", PROXY),
        (f"{VISITOR}, unknown, 10.1.1.1", "10.1.1.1"),
        ("10.3.3.3, 10.1.1.1", "10.3.3.3"),
        (f"{VISITOR}:4711", VISITOR),
        ("2001:db8::4", "2001:db8::4"),
        ("[2001:db8::4]:4711", "2001:db8::4"),
        (f"::ffff:{VISITOR}", VISITOR),
        (f" {VISITOR} ", VISITOR),
        ("", PROXY),
        ("<script>", PROXY),
    ],
)
async def test_the_visitor_is_the_nearest_who_is_no_proxy_of_ours(chain: str, visitor: str) -> None:
    assert (await passed_on(PROXY, {"X-Forwarded-For": chain}))["client"][0] == visitor


async def test_several_headers_are_one_chain() -> None:
    chain = [("X-Forwarded-For", STRANGER), ("X-Forwarded-For", VISITOR)]
    assert (await passed_on(PROXY, chain))["client"][0] == VISITOR


@pytest.mark.parametrize(
    ("told", "scheme"), [("https", "https"), ("HTTPS", "https"), ("https, http", "http"), ("ftp", "http"), ("", "http")]
)
async def test_the_scheme_is_what_the_nearest_proxy_says(told: str, scheme: str) -> None:
    assert (await passed_on(PROXY, {"X-Forwarded-Proto": told}))["scheme"] == scheme


@pytest.mark.parametrize("host", ["demo.test", "DEMO.test", "demo.test:443"])
async def test_a_public_address_has_its_own_scheme_whatever_is_forgotten(host: str) -> None:
    seen = await passed_on(STRANGER, {"Host": host}, public_url="https://demo.test")
    assert seen["scheme"] == "https"


async def test_what_comes_through_the_tunnel_is_https_and_from_nobody_in_particular() -> None:
    link = "https://abc.share.test"
    seen = await passed_on("127.0.0.1", LIES | {"Host": "abc.share.test"}, tunnel=link, public_url="http://demo.test")
    assert of(seen) == ("127.0.0.1", "https")
