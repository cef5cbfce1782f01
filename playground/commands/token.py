"""`python -m playground token`: bearer tokens for `/chatkit`, as `POST /owner/tokens` issues them."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from playground.access.claims import LONGEST
from playground.access.tokens import Issued, Tokens, granted
from playground.commands.asking import Where, done
from playground.commands.setup import give_up
from playground.errors import NotFound
from playground.secret import load_secret
from playground.settings import Settings
from playground.store.access_tables import SessionTokenRow
from playground.store.database import Database
from playground.visitor import Scope

T = TypeVar("T")

Names = Annotated[str | None, typer.Option(metavar="NAME,…", help="It is good for these alone.", show_default="all")]


def token(
    subject: Annotated[str | None, typer.Argument(help="Who it is for: any name, one visitor for each.")] = None,
    *,
    ttl: Annotated[int, typer.Option(min=1, max=LONGEST, help="Seconds for which it is good.")] = 3600,
    agents: Names = None,
    models: Names = None,
    origin: Annotated[str | None, typer.Option(help="Only for pages of this site, such as https://host.")] = None,
    everything: Annotated[bool, typer.Option("--list", help="Show those that were issued or revoked.")] = False,
    revoke: Annotated[str | None, typer.Option(metavar="ID", help="End one, with all it was refreshed to.")] = None,
    database_url: Where = None,
) -> None:
    """Print a bearer token for /chatkit, and on standard error what it is good for.

    Run it with the data folder (or PLAYGROUND_SECRET) and the database of the server that is to take it.
    """
    if (subject is not None) + everything + (revoke is not None) != 1:
        give_up("Give a SUBJECT, or --list, or --revoke ID.", code=2)
    if everything:
        for row in _with_tokens(database_url, lambda tokens, _: tokens.list()):
            typer.echo(_line(row, datetime.now(UTC)))
    elif revoke is not None:
        _revoke(revoke, database_url)
    elif subject is not None:
        scope = Scope(_names(agents), _names(models))
        _issue(subject, scope, ttl=ttl, origin=origin, database_url=database_url)


def _issue(subject: str, scope: Scope, *, ttl: int, origin: str | None, database_url: str | None) -> None:
    async def issue(tokens: Tokens, settings: Settings) -> tuple[Issued, bool]:
        served = origin is None or origin in settings.allowed_origins
        return await tokens.issue(subject, ttl=ttl, scope=scope, origin=origin), served

    issued, served = _with_tokens(database_url, issue)
    typer.echo(issued.token)
    good_for = _good_for(scope, origin)
    _tell(f"{issued.id} is for {subject}, until {issued.expires_at:%Y-%m-%d %H:%M:%S} UTC{good_for}.")
    if not served:
        _tell(f"{origin} is not in PLAYGROUND_ALLOWED_ORIGINS: the server lets no page of it in.")


def _revoke(token_id: str, database_url: str | None) -> None:
    try:
        _with_tokens(database_url, lambda tokens, _: tokens.revoke(token_id))
    except NotFound:
        give_up(f"There is no token {token_id}.", code=1)
    typer.echo(f"{token_id} is revoked.")


def _with_tokens(database_url: str | None, work: Callable[[Tokens, Settings], Awaitable[T]]) -> T:
    async def do(settings: Settings, database: Database) -> T:
        secret = await asyncio.to_thread(load_secret, settings)
        return await work(Tokens(settings, secret, database), settings)

    return done(database_url, do)


def _line(row: SessionTokenRow, now: datetime) -> str:
    state = "revoked" if row.revoked_at else "expired" if row.expires_at <= now else "live"
    subject = row.subject if row.visitor_id else "of another backend"
    return f"{row.id}  {state:<7}  {row.expires_at:%Y-%m-%d %H:%M}  {subject}{_good_for(*granted(row))}"


def _good_for(scope: Scope, origin: str | None) -> str:
    bounds: Sequence[tuple[str, Sequence[str] | None]] = (
        ("agents", None if scope.agents is None else sorted(scope.agents)),
        ("models", None if scope.models is None else sorted(scope.models)),
        ("site", None if origin is None else [origin]),
    )
    return "".join(f"; {name}: {', '.join(names)}" for name, names in bounds if names is not None)


def _names(given: str | None) -> frozenset[str] | None:
    if given is None:
        return None
    names = frozenset(name.strip() for name in given.split(",") if name.strip())
    return names or give_up("--agents and --models name at least one.", code=2)


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
