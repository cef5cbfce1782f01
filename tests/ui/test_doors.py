"""Gradio's doors, on the real page: open are those that the page uses, and no other, whatever Gradio has by then."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from playground.web.server import create_app
from tests.house import House
from tests.ui.building import built
from tests.web.conftest import serving

PUBLIC = {"Host": "demo.example"}
OPEN = {
    "/",
    "/config",
    "/config/",
    "/svelte/{path:path}",
    "/static/{path:path}",
    "/assets/{path:path}",
    "/favicon.ico",
    "/theme.css",
    "/robots.txt",
    "/pwa_icon",
    "/pwa_icon/{size}",
    "/manifest.json",
    "/gradio_api/app_id",
    "/gradio_api/app_id/",
    "/gradio_api/info",
    "/gradio_api/info/",
    "/gradio_api/custom_component/{id}/{environment}/{type}/{file_name}",
    "/gradio_api/heartbeat/{session_hash}",
    "/gradio_api/run/{api_name}",
    "/gradio_api/run/{api_name}/",
    "/gradio_api/queue/join",
    "/gradio_api/queue/data",
    "/gradio_api/startup-events",
    "/gradio_api/theme.css",
}

DANGEROUS = (
    "/gradio_api/file=https://i.example/x",
    "/gradio_api/file=/etc/hostname",
    "/gradio_api/file/etc/hostname",
    "/gradio_api/proxy=https://i.example/x",
    "/gradio_api/upload",
    "/gradio_api/component_server",
    "/gradio_api/call/load",
    "/gradio_api/api/load",
)


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Not here: it is Gradio itself that asks for its upload folder on the event loop."""


@pytest.fixture
async def app(house: House) -> FastAPI:
    """The whole application, which is also known by a public name."""
    house.parts.settings.allowed_hosts = ("demo.example",)
    app: FastAPI = await asyncio.to_thread(built, lambda: create_app(house.parts))
    return app


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody with a cookie."""
    async with serving(app) as client:
        assert (await client.get("/")).status_code == 200
        yield client


def gradio(app: FastAPI) -> Any:
    """Gradio's own application, below what we put in front of it."""
    below: Any = app.routes[-1]
    while not hasattr(below, "blocks"):
        below = getattr(below, "app", None) or getattr(below, "_app")  # noqa: B009
    return below


def doors(routes: Any) -> Iterator[tuple[str, str]]:
    """Every method and path."""
    for route in routes:
        if (inner := getattr(route, "original_router", None)) is not None:
            yield from doors(inner.routes)
        else:
            yield from ((method, route.path) for method in sorted(getattr(route, "methods", None) or ()))


async def test_a_door_that_nobody_uses_is_closed(app: FastAPI, stranger: httpx2.AsyncClient) -> None:
    found = set(doors(gradio(app).routes))
    assert {path for _, path in found} >= OPEN
    ajar: list[str] = []
    for method, path in sorted(found):
        if path in OPEN:
            continue
        wanted = (
            path.replace("{path_or_url:path}", "https://i.example/x")
            .replace(":path", "")
            .replace("{", "")
            .replace("}", "")
        )
        answer = await stranger.request(method, wanted)
        if answer.status_code not in {404, 405}:
            ajar.append(f"{method} {path}: {answer.status_code}")
    assert ajar == []


async def test_none_of_the_dangerous_ones_opens(stranger: httpx2.AsyncClient) -> None:
    for path in DANGEROUS:
        assert (await stranger.get(path)).status_code in {404, 405}, path
        answer = await stranger.post(path, files={"files": ("x.html", b"<script>", "text/html")})
        assert answer.status_code in {404, 405}, path


async def test_another_site_reads_nothing_by_a_public_name(stranger: httpx2.AsyncClient) -> None:
    paths = ("/", "/config", "/gradio_api/info", "/theme.css", "/gradio_api/queue/join")
    for path, origin in itertools.product(paths, ("https://evil.test", "null")):
        told = (await stranger.get(path, headers={**PUBLIC, "Origin": origin})).headers
        assert not [name for name in told if name.startswith("access-control-allow")]
        asked = {"Access-Control-Request-Method": "POST", "Origin": origin}
        assert "access-control-allow-origin" not in (await stranger.options(path, headers=PUBLIC | asked)).headers


async def test_nobody_else_says_where_the_page_is(stranger: httpx2.AsyncClient) -> None:
    for name in ("X-Forwarded-Host", "X-Gradio-Server", "Forwarded"):
        told = {name: "host=attacker.test" if name == "Forwarded" else "https://attacker.test"}
        for path in ("/", "/config"):
            assert "attacker" not in (await stranger.get(path, headers=PUBLIC | told)).text


async def test_every_answer_of_gradio_carries_our_headers(stranger: httpx2.AsyncClient) -> None:
    for path in ("/", "/config", "/theme.css", "/favicon.ico", "/gradio_api/nothing", "/assets/nothing.js"):
        headers = (await stranger.get(path)).headers
        assert "default-src 'self'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
