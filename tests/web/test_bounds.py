"""What one visitor may ask for over HTTP where strangers come."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import cast

import httpx2
import pytest

from playground.access import rates as module
from playground.access.rates import RATES, Rate, Rates, What
from playground.parts import Playground
from playground.web import bounds
from playground.web.server import create_api
from tests.web.conftest import serving
from tests.web.standin import Parts


@pytest.fixture
async def strangers(parts: Parts) -> AsyncIterator[httpx2.AsyncClient]:
    """A stranger's browser, which has its cookie."""
    parts.rates = Rates(on=True)
    async with serving(create_api(cast("Playground", parts))) as client:
        assert (await client.post("/chatkit", json={})).status_code == 200
        yield client


def limit(monkeypatch: pytest.MonkeyPatch, **rates: int) -> None:
    changed = {cast("What", what): replace(RATES[cast("What", what)], visitor=most) for what, most in rates.items()}
    monkeypatch.setattr(module, "RATES", {**RATES, **changed})


@pytest.mark.parametrize(
    ("what", "method", "path"),
    [
        ("requests", "GET", "/chatkit/threads/thr_1/run"),
        ("writes", "POST", "/chatkit/runs/run_1/stop"),
        ("files", "POST", "/chatkit/attachments"),
        ("pages", "GET", "/shared/shr_1"),
        ("pages", "GET", "/comparisons/tab_1.html"),
    ],
)
async def test_what_comes_too_often_is_a_429_with_a_time(
    strangers: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, what: str, method: str, path: str
) -> None:
    limit(monkeypatch, **{what: 3})  # the cookie took one
    answers = [await strangers.request(method, path) for _ in range(4)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-1].json()["message"] == "That was too often. Wait a moment."
    assert 429 not in [answer.status_code for answer in answers[:2]]


async def test_so_many_bytes_a_minute(strangers: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, kilobytes=12)
    body = b'{"a":"' + b"x" * 8000 + b'"}'
    headers = {"Content-Type": "application/json"}
    statuses = [(await strangers.post("/chatkit", content=body, headers=headers)).status_code for _ in range(3)]
    assert statuses == [200, 429, 429]


async def test_so_much_at_once(strangers: httpx2.AsyncClient, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "VISITOR_AT_ONCE", 2)
    run = parts.begin()
    streams = [asyncio.create_task(strangers.get("/chatkit/runs/run_1/events")) for _ in range(2)]
    await run.until(readers=2)
    refused = await strangers.get("/chatkit/runs/run_1/events")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    await run.end()
    assert [(await stream).status_code for stream in streams] == [200, 200]
    assert (await strangers.get("/chatkit/runs/run_1/events")).status_code == 200


async def test_a_made_up_forwarded_address_makes_nobody_another_visitor(
    strangers: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RATES", {**RATES, "requests": Rate(9, 9, everyone=4)})
    statuses: list[int] = []
    for number in range(6):
        strangers.cookies.clear()
        headers = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        statuses.append((await strangers.get("/chatkit/threads/thr_1/run", headers=headers)).status_code)
    assert statuses[-1] == 429


async def test_probes_and_what_a_cache_keeps_are_not_counted(
    strangers: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, requests=1)
    for _ in range(4):
        assert (await strangers.get("/healthz")).status_code == 200
        assert (await strangers.get("/chatkit/client/element.js")).status_code in {200, 404}


async def test_nobody_is_counted_where_no_strangers_come(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, requests=1, writes=1)
    statuses = {(await client.post("/chatkit", json={})).status_code for _ in range(5)}
    assert statuses == {200}
