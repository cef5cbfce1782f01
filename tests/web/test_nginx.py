"""The documented nginx, and what it tells us."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from playground.web.proxies import Proxies
from playground.web.tunnel.link import Link
from tests.nginx import HOST, Front, arguments, blocks, configured, free_port, nginx, secured
from tests.web.conftest import serving

LIES = {
    "X-Forwarded-For": "198.51.100.4",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.test",
    "Forwarded": "for=198.51.100.4",
    "X-Real-IP": "198.51.100.4",
}


async def told(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what is known of who asks."""
    if scope["type"] == "http":
        request = Request(scope, receive)
        seen: dict[str, Any] = {"client": scope["client"][0], "url": str(request.url), "headers": dict(request.headers)}
        await JSONResponse(seen)(scope, receive, send)


@pytest.fixture(params=[("127.0.0.1",), ("10.0.0.0/8",)], ids=["trusted", "not trusted"])
async def trusted(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Whom the server behind nginx believes."""
    names: tuple[str, ...] = request.param
    return names


@pytest.fixture
async def front(trusted: tuple[str, ...], tmp_path: Path) -> AsyncIterator[Front]:
    async with serving(Proxies(told, Link(), trusted)) as direct:
        with nginx(tmp_path, free_port(), str(direct.base_url).rstrip("/")) as front:
            yield front


async def seen_from(front: Front, address: str, headers: dict[str, str]) -> dict[str, Any]:
    """What the server knows of a visitor who comes from an address of this machine."""
    transport = httpx2.AsyncHTTPTransport(verify=front.trust, local_address=address)
    async with httpx2.AsyncClient(transport=transport) as visitor:
        answer = await visitor.get(f"https://127.0.0.1:{front.port}/a?b=c", headers=headers | {"Host": HOST})
        seen: dict[str, Any] = answer.raise_for_status().json()
        return seen


@pytest.mark.parametrize("headers", [{}, LIES], ids=["honest", "lying"])
async def test_each_visitor_has_his_own_address_whatever_he_says(
    front: Front, trusted: tuple[str, ...], headers: dict[str, str]
) -> None:
    believed = trusted == ("127.0.0.1",)
    for address in ("127.0.0.5", "127.0.0.6"):
        seen = await seen_from(front, address, headers)
        assert seen["client"] == (address if believed else "127.0.0.1")
        assert seen["url"] == f"{'https' if believed else 'http'}://{HOST}/a?b=c"
        assert not [name for name in seen["headers"] if "forwarded" in name or name == "x-real-ip"]


def test_nginx_takes_every_block_of_the_document(tmp_path: Path) -> None:
    server, copies = blocks()
    files, _ = secured(tmp_path)
    changes = {"listen 443": "listen 127.0.0.1:1", "http://127.0.0.1:7860": "http://playground", **files}
    path = configured(copies + server, tmp_path, **changes)
    checked = subprocess.run([*arguments(path), "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
