"""`playground owner`: the owner's way in."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from playground.__main__ import commands
from playground.web.server import create_api
from tests.house import opened
from tests.test_main import put_back
from tests.web.conftest import serving

__all__ = ["put_back"]
"""What a command does to the process is undone."""


def told() -> tuple[str, str]:
    """The address that is printed, and the token behind it."""
    result = CliRunner().invoke(commands, ["owner"])
    assert result.exit_code == 0
    address, _, token = result.stdout.strip().partition("#")
    return address, token


def test_what_is_printed_opens_the_owners_door(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLAYGROUND_SECRET", "s" * 32)
    address, token = told()
    assert address == "http://127.0.0.1:7860/owner"

    async def enter() -> int:
        async with opened(sqlite_url, tmp_path) as house, serving(create_api(house.parts)) as client:
            return (await client.post("/owner/enter", json={"token": token})).status_code

    assert asyncio.run(enter()) == 204


def test_a_token_of_their_own_is_told_at_the_address_that_visitors_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_OWNER_TOKEN", "mine alone")
    monkeypatch.setenv("PLAYGROUND_PUBLIC_URL", "https://chat.example.com")
    assert told() == ("https://chat.example.com/owner", "mine alone")
