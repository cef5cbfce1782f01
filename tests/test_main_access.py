"""`playground token` and `playground link`: what the owner hands out and takes back at the command line."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import jwt
import pytest
from typer.testing import CliRunner, Result

from playground.__main__ import commands
from playground.access.links import Links
from playground.access.tokens import Tokens
from playground.errors import Unauthorized
from playground.secret import load_secret
from playground.settings import Settings
from playground.store.database import Database
from playground.visitor import Scope
from tests.test_main import put_back

__all__ = ["put_back"]
"""What a command does to the process is undone."""

T = TypeVar("T")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def served(work: Callable[[Tokens, Links], Awaitable[T]]) -> T:
    """What a server with the same settings makes of it."""
    settings = Settings()

    async def ask() -> T:
        database = Database(settings.resolved_database_url)
        await database.open()
        try:
            return await work(Tokens(settings, secret, database), Links(database))
        finally:
            await database.close()

    secret = load_secret(settings)
    return asyncio.run(ask())


def test_a_token_is_printed_alone_and_a_server_takes_it() -> None:
    result = run("token", "ann", "--ttl", "60", "--agents", "board, clerk", "--models", "openai/a")
    token = result.stdout.strip()
    visitor = served(lambda tokens, _: tokens.verify(token, origin=None))
    assert result.exit_code == 0
    assert result.stdout == f"{token}\n"
    assert visitor.scope == Scope(frozenset({"board", "clerk"}), frozenset({"openai/a"}))
    assert result.stderr.startswith(f"{visitor.token} is for ann, until ")
    assert "; agents: board, clerk; models: openai/a." in result.stderr
    assert token not in result.stderr


def test_a_token_is_signed_with_the_secret_that_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = run("token", "ann").stdout.strip()
    assert (tmp_path / "data" / "secret").exists()
    monkeypatch.setenv("PLAYGROUND_SECRET", "s" * 32)
    told = run("token", "ann").stdout.strip()
    served(lambda tokens, _: tokens.verify(told, origin=None))
    with pytest.raises(Unauthorized):
        served(lambda tokens, _: tokens.verify(kept, origin=None))


def test_a_token_for_a_site_that_is_not_let_in_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "PLAYGROUND_ALLOWED_ORIGINS" in run("token", "ann", "--origin", "https://shop.test").stderr
    monkeypatch.setenv("PLAYGROUND_ALLOWED_ORIGINS", "https://shop.test")
    result = run("token", "ann", "--origin", "https://shop.test")
    assert result.stderr.endswith("; site: https://shop.test.\n")
    assert len(result.stderr.splitlines()) == 1


def test_tokens_are_listed_and_revoked() -> None:
    token = run("token", "ann", "--models", "openai/a").stdout.strip()
    token_id = jwt.decode(token, options={"verify_signature": False})["jti"]
    (line,) = run("token", "--list").output.splitlines()
    assert re.fullmatch(rf"{token_id}  live     \d{{4}}-\d\d-\d\d \d\d:\d\d  ann; models: openai/a", line)
    assert run("token", "--revoke", token_id).output == f"{token_id} is revoked.\n"
    assert f"{token_id}  revoked  " in run("token", "--list").output
    with pytest.raises(Unauthorized):
        served(lambda tokens, _: tokens.refresh(token))


def test_a_link_is_printed_alone_and_lets_somebody_in() -> None:
    result = run("link", "Class of 26", "--cap", "2.50", "--days", "7")
    address, _, code = result.stdout.strip().partition("#")
    link_id = served(lambda _, links: links.redeem(code))
    assert (result.exit_code, address) == (0, "http://127.0.0.1:7860/enter")
    assert re.fullmatch(rf"{link_id} is for Class of 26; cap: \$2\.5; until .* UTC\.\n", result.stderr)
    assert code not in result.stderr
    (line,) = run("link", "--list").output.splitlines()
    assert line.startswith(f"{link_id}  live ")
    assert code not in line


@pytest.mark.parametrize(
    ("name", "value", "address"),
    [
        ("PUBLIC_URL", "https://play.test", "https://play.test/enter"),
        ("HOST", "0.0.0.0", "http://localhost:7860/enter"),
        ("HOST", "::1", "http://[::1]:7860/enter"),
    ],
)
def test_a_link_begins_with_the_address_that_visitors_use(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, address: str
) -> None:
    monkeypatch.setenv(f"PLAYGROUND_{name}", value)
    assert run("link", "Class").stdout.startswith(f"{address}#")


def test_a_link_is_revoked() -> None:
    code = run("link", "Class").stdout.strip().partition("#")[2]
    link_id = run("link", "--list").output.split()[0]
    assert run("link", "--revoke", link_id).output == f"{link_id} is revoked.\n"
    with pytest.raises(Unauthorized):
        served(lambda _, links: links.redeem(code))


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["token"], 2, "Give a SUBJECT, or --list, or --revoke ID."),
        (["token", "ann", "--list"], 2, "Give a SUBJECT"),
        (["token", "a\nb"], 2, "A token needs a subject of at most 200 printable characters."),
        (["token", "ann", "--ttl", "0"], 2, "--ttl"),
        (["token", "ann", "--ttl", "2592001"], 2, "--ttl"),
        (["token", "ann", "--agents", " , "], 2, "name at least one"),
        (["token", "ann", "--origin", "shop.test"], 2, "Write https://host"),
        (["token", "--revoke", "ses_none"], 1, "There is no token ses_none."),
        (["token", "ann", "--database-url", "mysql://x"], 2, "mysql is not supported"),
        (["link"], 2, "Give a NAME, or --list, or --revoke ID."),
        (["link", ""], 2, "A link needs a name"),
        (["link", "Class", "--cap", "much"], 2, "--cap is an amount of US dollars"),
        (["link", "Class", "--cap", "-1"], 2, "A cap is an amount"),
        (["link", "Class", "--cap", "nan"], 2, "A cap is an amount"),
        (["link", "Class", "--days", "0"], 2, "--days"),
        (["link", "--revoke", "lnk_none"], 1, "There is no link lnk_none."),
    ],
)
def test_wrong_use_is_told_and_nothing_is_printed(arguments: list[str], code: int, complaint: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert complaint in result.stderr


def test_settings_that_are_not_safe_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_TOKEN_SECRET", "hunter22")
    result = run("token", "ann")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "PLAYGROUND_TOKEN_SECRET is too short: at least 32 bytes, all random.\n"
