"""The probes."""

import httpx2
import pytest
from fastapi import FastAPI

from tests.web.standin import Parts


async def test_alive_is_alive_whatever_else_is_down(client: httpx2.AsyncClient, parts: Parts, api: FastAPI) -> None:
    parts.database.down = api.state.health.draining = True
    response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_ready_when_the_database_answers(client: httpx2.AsyncClient) -> None:
    response = await client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


@pytest.mark.parametrize(
    ("state", "reason"),
    [({"draining": True}, "shutting down"), ({"recovered": False}, "starting")],
)
async def test_not_ready_before_recovery_and_while_leaving(
    client: httpx2.AsyncClient, api: FastAPI, state: dict[str, bool], reason: str
) -> None:
    for name, value in state.items():
        setattr(api.state.health, name, value)
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert reason in response.json()["message"]
    assert "retry-after" in response.headers


async def test_not_ready_without_the_database_and_it_is_not_named(client: httpx2.AsyncClient, parts: Parts) -> None:
    parts.database.down = True
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert "secret-host" not in response.text


async def test_probes_may_use_head_and_bring_any_header(client: httpx2.AsyncClient) -> None:
    assert (await client.head("/healthz")).status_code == 200
    assert (await client.get("/readyz", headers={"Authorization": "Bearer x"})).status_code == 200
