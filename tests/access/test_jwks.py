"""The keys that another backend publishes: kept, changed, and what happens when they cannot be read."""

import asyncio
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from playground.access import jwks
from playground.access.jwks import FRESH, LARGEST, PAUSE, RETRY, STALE, Jwks
from playground.errors import Unauthorized, Unavailable
from tests.access.signing import Signer, published


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def first() -> Signer:
    return Signer.make()


@pytest.fixture(scope="module")
def second() -> Signer:
    return Signer.make(kid="second")


async def looked(kept: Jwks) -> None:
    """Lets a look that goes on in the background end."""
    if kept.looking:
        await kept.looking


async def test_keys_are_read_once_for_all(first: Signer, clock: Clock) -> None:
    async with published(first) as server:
        kept = Jwks(server.url, clock)
        keys = await asyncio.gather(*(kept.key("first") for _ in range(50)))
        assert {key.key_id for key in keys} == {"first"}
        assert (await kept.key(None)).key_id == "first"
        assert server.asked == 1


async def test_without_a_name_two_keys_are_none(first: Signer, second: Signer, clock: Clock) -> None:
    async with published(first, second) as server:
        kept = Jwks(server.url, clock)
        with pytest.raises(Unauthorized):
            await kept.key(None)
        assert (await kept.key("second")).key_id == "second"


async def test_made_up_names_do_not_make_us_ask_again_and_again(first: Signer, clock: Clock) -> None:
    async with published(first) as server:
        kept = Jwks(server.url, clock)
        await kept.key("first")
        for number in range(100):
            with pytest.raises(Unauthorized):
                await kept.key(f"made up {number}")
        assert server.asked == 1
        clock.now += PAUSE
        await asyncio.gather(*(kept.key(f"made up {number}") for number in range(100)), return_exceptions=True)
        assert server.asked == 2


async def test_a_new_key_is_found(first: Signer, second: Signer, clock: Clock) -> None:
    async with published(first) as server:
        kept = Jwks(server.url, clock)
        await kept.key("first")
        server.keys = [second.jwk()]
        clock.now += PAUSE
        assert (await kept.key("second")).key_id == "second"
        with pytest.raises(Unauthorized):
            await kept.key("first")


async def test_a_key_that_was_taken_back_is_forgotten_soon(first: Signer, second: Signer, clock: Clock) -> None:
    async with published(first) as server:
        kept = Jwks(server.url, clock)
        await kept.key("first")
        server.keys = [second.jwk()]
        clock.now += FRESH + 1
        await kept.key("first")  # nobody waits for the look that this begins
        await looked(kept)
        with pytest.raises(Unauthorized):
            await kept.key("first")


async def test_known_keys_go_on_while_their_server_is_away(first: Signer, clock: Clock) -> None:
    async with published(first) as server:
        kept = Jwks(server.url, clock)
        await kept.key("first")
        server.status = 500
        for _ in range(3):
            clock.now += FRESH + 1
            assert (await kept.key("first")).key_id == "first"
            await looked(kept)
        assert server.asked == 4
        with pytest.raises(Unavailable):
            await kept.key("new")
        clock.now += STALE
        with pytest.raises(Unavailable):
            await kept.key("first")
        server.status = 200
        clock.now += RETRY
        assert (await kept.key("first")).key_id == "first"


async def test_known_keys_go_on_while_their_server_hangs(first: Signer, clock: Clock) -> None:
    async with published(first) as server:
        kept = Jwks(server.url, clock)
        await kept.key("first")
        server.hold = asyncio.Event()
        clock.now += FRESH + 1
        for _ in range(3):
            assert (await kept.key("first")).key_id == "first"
        server.hold.set()
        await looked(kept)


BROKEN: dict[str, dict[str, Any]] = {
    "an error": {"status": 500},
    "a way elsewhere": {"status": 302, "more": "location: http://127.0.0.1:1/\r\n"},
    "no JSON": {"body": b"<html>"},
    "a list": {"body": b"[]"},
    "no keys": {"body": b'{"keys": 5}'},
    "keys that are none": {"body": b'{"keys": [1]}'},
    "deep": {"body": b'{"keys":' + b"[" * 50_000},
    "no text": {"body": b"\xff\xfe"},
    "too long": {"body": b'{"keys":[' + json.dumps(Signer.make().jwk()).encode() + b"]}" + b" " * LARGEST},
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_what_cannot_be_read_is_no_key(first: Signer, clock: Clock, kind: str) -> None:
    async with published(first) as server:
        for name, value in BROKEN[kind].items():
            setattr(server, name, value)
        kept = Jwks(server.url, clock)
        for _ in range(20):
            with pytest.raises(Unavailable):
                await kept.key("first")
        assert server.asked == 1
        server.status, server.body, server.more = 200, None, ""
        clock.now += RETRY
        assert (await kept.key("first")).key_id == "first"


async def test_a_server_that_is_not_there_is_told_in_the_log(clock: Clock) -> None:
    with capture_logs() as lines, pytest.raises(Unavailable):
        await Jwks("http://127.0.0.1:1/keys", clock).key("first")
    assert [line["event"] for line in lines] == ["the keys that tokens are signed with could not be read"]


async def test_a_server_that_never_ends_is_not_waited_for(
    first: Signer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "SECONDS", 0.2)
    async with published(first) as server:
        server.drips = True
        async with asyncio.timeout(10):
            with pytest.raises(Unavailable):
                await Jwks(server.url, clock).key("first")


async def test_only_public_keys_for_signatures_are_taken(clock: Clock) -> None:
    rsa, curve = Signer.make("RS256"), Signer.make()
    shared = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "shared", "alg": "HS256"}
    others: list[dict[str, Any]] = [
        shared,
        curve.jwk(kid="for encryption", use="enc"),
        Signer.make(kid="private").secret,
        rsa.jwk(kid="as a secret", alg="HS256"),
        rsa.jwk(kid="longer", alg="RS512"),
        rsa.jwk(kid="none", alg="none"),
        rsa.jwk(kid="broken", n=5),
        curve.jwk(kid="off the curve", x="AAAA"),
        {"kid": "empty"},
        {"kty": "RSA", "kid": "half"},
    ]
    async with published() as server:
        server.keys = [*others, curve.jwk(kid="good", use="sig", alg="ES256")]
        kept = Jwks(server.url, clock)
        assert (await kept.key(None)).key_id == "good"
        for one in others:
            with pytest.raises(Unauthorized):
                await kept.key(one["kid"])


async def test_of_endless_keys_the_first_are_taken(clock: Clock) -> None:
    curve = Signer.make()
    async with published() as server:
        server.keys = [curve.jwk(kid=str(number)) for number in range(jwks.MOST + 1)]
        kept = Jwks(server.url, clock)
        assert (await kept.key("0")).key_id == "0"
        with pytest.raises(Unauthorized):
            await kept.key(str(jwks.MOST))


async def test_two_keys_of_one_name_are_none(first: Signer, clock: Clock) -> None:
    async with published(first, Signer.make(kid="first")) as server:
        with pytest.raises(Unauthorized):
            await Jwks(server.url, clock).key("first")
