"""The cookie, and what is no way of saying who one is."""

import hashlib
import stat
from http.cookies import SimpleCookie
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from itsdangerous import Signer
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.access.standing import Facts
from playground.secret import load_secret
from playground.settings import Settings
from playground.web.badges import ABSOLUTE, DAY, IDLE, Badge, Badges
from tests.web.conftest import serving
from tests.web.standin import EVENT, Parts

SECRET = b"s" * 32


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def badges(clock: Clock) -> Badges:
    return Badges(SECRET, clock)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("ascii")


def sent_back(set_cookie: str) -> list[str]:
    """What a browser answers to a `Set-Cookie`."""
    return [set_cookie.partition(";")[0]]


async def ask(client: httpx2.AsyncClient, **headers: str | bytes) -> httpx2.Response:
    """Any request that says who asked."""
    return await client.post(
        "/chatkit", json={}, headers=[(name.encode(), _bytes(value)) for name, value in headers.items()]
    )


async def test_first_contact_sets_a_cookie_with_all_flags(client: httpx2.AsyncClient) -> None:
    response = await ask(client)
    (cookie,) = SimpleCookie(response.headers["set-cookie"]).values()
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == str(IDLE)
    assert cookie["secure"] == ""
    assert cookie["domain"] == ""


async def test_the_cookie_is_secure_where_the_browser_came_by_https(client: httpx2.AsyncClient) -> None:
    response = await ask(client, Host="play.test")
    assert response.headers["set-cookie"].endswith("; Secure")


async def test_a_visitor_stays_the_same_and_the_cookie_is_not_sent_again(client: httpx2.AsyncClient) -> None:
    first, second = await ask(client), await ask(client)
    assert first.json()["visitor"] == second.json()["visitor"]
    assert "set-cookie" not in second.headers


async def test_two_clients_are_two_visitors(client: httpx2.AsyncClient) -> None:
    first = (await ask(client)).json()["visitor"]
    client.cookies.clear()
    second = (await ask(client)).json()["visitor"]
    assert first != second
    assert len(first.removeprefix("vis_")) == 32  # hexadecimal: 128 bits


async def test_an_altered_cookie_makes_a_new_visitor(client: httpx2.AsyncClient) -> None:
    first = (await ask(client)).json()["visitor"]
    ((name, value),) = client.cookies.items()
    middle = "A" if value[-9] != "A" else "B"  # not the last letter: it has bits that say nothing
    for altered in (value[:-9] + middle + value[-8:], value.replace("vis_", "vis_0"), "", "....", "ü"):
        client.cookies.clear()
        response = await ask(client, Cookie=f"{name}={altered}".encode())
        assert response.status_code == 200
        assert response.json()["visitor"] != first
        assert "set-cookie" in response.headers


async def test_another_visitors_cookie_of_the_same_name_does_not_hide_the_valid_one(
    client: httpx2.AsyncClient,
) -> None:
    first = (await ask(client)).json()["visitor"]
    ((name, value),) = client.cookies.items()
    client.cookies.clear()
    response = await ask(client, Cookie=f"{name}=tossed; {name}={value}")
    assert response.json()["visitor"] == first


async def test_a_bearer_token_is_refused_and_not_taken_for_nobody(client: httpx2.AsyncClient) -> None:
    response = await ask(client, Authorization="Bearer abc")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert "message" in response.json()
    assert "set-cookie" not in response.headers


async def test_a_proxys_own_password_is_none_of_our_business(client: httpx2.AsyncClient) -> None:
    assert (await ask(client, Authorization="Basic dTpw")).status_code == 200


@pytest.mark.parametrize("name", ["token", "access_token", "Authorization"])
async def test_a_token_in_the_url_is_refused(client: httpx2.AsyncClient, parts: Parts, name: str) -> None:
    parts.begin()
    response = await client.get(f"/chatkit/runs/run_1/events?after=1&{name}=abc")
    assert response.status_code == 401
    assert "URL" in response.json()["message"]


@pytest.mark.parametrize("path", ["/assets/x.js", "/healthz", "/readyz"])
async def test_what_caches_and_probes_ask_for_carries_no_cookie(client: httpx2.AsyncClient, path: str) -> None:
    assert "set-cookie" not in (await client.get(path)).headers


async def test_a_stream_ends_when_its_reader_is_let_in_no_more(client: httpx2.AsyncClient, parts: Parts) -> None:
    visitor = (await ask(client)).json()["visitor"]
    run = parts.begin()
    await run.add(EVENT)
    async with client.stream("GET", "/chatkit/runs/run_1/events") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == "id: 1"
        parts.standing.facts = Facts(blocked=frozenset({visitor}))
        await run.add(b'{"type":"progress_update","text":"not for them"}')
        rest = [line async for line in lines]
    assert "not for them" not in "".join(rest)
    await run.until(readers=0)
    assert (await ask(client)).status_code == 403


def test_a_cookie_from_before_there_were_links_is_still_good(badges: Badges, clock: Clock) -> None:
    signer = Signer(SECRET, salt="playground.visitor", key_derivation="hmac", digest_method=hashlib.sha256)
    now = int(clock())
    old = signer.sign(f"vis_old.{now}.{now}").decode()
    assert badges.read([f"{badges.cookie_name}={old}"]) == Badge("vis_old", now, now)


def test_a_badge_keeps_its_link(badges: Badges) -> None:
    badge = badges.new("lnk_1")
    assert badges.read(sent_back(badges.set_cookie(badge, secure=False))) == badge


def test_a_badge_by_password_is_one_of_that_password_alone(clock: Clock) -> None:
    first, second, none = (Badges(SECRET, clock, password=one) for one in ("first", "second", None))
    badge = first.new("password")
    cookie = sent_back(first.set_cookie(badge, secure=False))
    assert first.read(cookie) == badge
    assert (stale := second.read(cookie)) is not None
    assert stale.link != "password"
    assert second.entering(stale, "password").visitor_id == badge.visitor_id
    assert (open_again := none.read(cookie)) is not None
    assert (open_again.visitor_id, open_again.link) == (badge.visitor_id, None)


async def test_who_leaves_has_no_cookie_any_more(api: FastAPI) -> None:
    async def leave(request: Request) -> Response:
        request.state.leaving = True
        return Response(status_code=204)

    api.router.routes.insert(0, Route("/leave", leave, methods=["POST"]))
    async with serving(api) as client:
        await ask(client)
        assert client.cookies
        await client.post("/leave")
        assert not client.cookies


def test_a_cookie_is_renewed_once_it_is_a_day_old(badges: Badges, clock: Clock) -> None:
    badge = badges.new()
    clock.now += DAY
    assert badges.renewed(badge) is badge
    clock.now += 1
    renewed = badges.renewed(badge)
    assert (renewed.visitor_id, renewed.born) == (badge.visitor_id, badge.born)
    assert badges.read(sent_back(badges.set_cookie(renewed, secure=False))) == renewed


def test_a_week_without_a_visit_ends_a_cookie(badges: Badges, clock: Clock) -> None:
    cookie = sent_back(badges.set_cookie(badges.new(), secure=False))
    clock.now += IDLE
    assert badges.read(cookie) is not None
    clock.now += 1
    assert badges.read(cookie) is None


def test_thirty_days_end_a_cookie_however_often_it_was_used(badges: Badges, clock: Clock) -> None:
    badge = badges.new()
    for _ in range(29):
        clock.now += DAY + 1
        held = badges.read(sent_back(badges.set_cookie(badges.renewed(badge), secure=False)))
        assert held is not None
        badge = held
    cookie = badges.set_cookie(badge, secure=False)
    assert f"Max-Age={int(badge.born + ABSOLUTE - clock.now)};" in cookie
    clock.now = badge.born + ABSOLUTE + 1
    assert badges.read(sent_back(cookie)) is None


def test_a_clock_set_back_keeps_the_visitors(badges: Badges, clock: Clock) -> None:
    cookie = sent_back(badges.set_cookie(badges.new(), secure=False))
    clock.now -= 2 * DAY
    assert badges.read(cookie) is not None


def test_another_secret_reads_nothing_and_uses_another_name(badges: Badges, clock: Clock) -> None:
    other = Badges(b"t" * 32, clock)
    assert other.cookie_name != badges.cookie_name
    cookie = badges.set_cookie(Badge("vis_x", 0, 0), secure=False).replace(badges.cookie_name, other.cookie_name)
    assert other.read(sent_back(cookie)) is None


def test_the_secret_that_is_set_is_used(tmp_path: Path) -> None:
    assert load_secret(Settings(secret=SecretStr("mine"), data_dir=tmp_path)) == b"mine"
    assert not list(tmp_path.iterdir())


def test_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new" / "data")
    secret = load_secret(settings)
    assert len(secret) >= 32
    assert load_secret(settings) == secret
    (file,) = settings.data_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_empty_secret_file_is_not_signed_with(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(ValueError, match="empty"):
        load_secret(Settings(data_dir=tmp_path))
