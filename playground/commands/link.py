"""`python -m playground link`: invite links, as `POST /owner/links` makes them."""

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, TypeVar

import typer

from playground.access.links import Link, Links, Made
from playground.commands.asking import Where, done
from playground.commands.setup import give_up
from playground.errors import NotFound
from playground.settings import Settings

T = TypeVar("T")

EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared, not bound


def link(
    name: Annotated[str | None, typer.Argument(help="Whom it is for, for your own list.")] = None,
    *,
    cap: Annotated[
        str | None, typer.Option(metavar="USD", help="What all who come by it may spend.", show_default="as set")
    ] = None,
    days: Annotated[
        float | None, typer.Option(min=0.001, max=3650, help="How long it is good.", show_default="until revoked")
    ] = None,
    everything: Annotated[bool, typer.Option("--list", help="Show those that were made.")] = False,
    revoke: Annotated[
        str | None, typer.Option(metavar="ID", help="End one, for all who came by it, in a second.")
    ] = None,
    database_url: Where = None,
) -> None:
    """Print a new invite link, and on standard error what it is good for. It cannot be shown again."""
    if (name is not None) + everything + (revoke is not None) != 1:
        give_up("Give a NAME, or --list, or --revoke ID.", code=2)
    if everything:
        for made in _with_links(database_url, lambda links, _: links.list()):
            typer.echo(_line(made))
    elif revoke is not None:
        _revoke(revoke, database_url)
    elif name is not None:
        _make(name, _money(cap), days, database_url)


def _make(name: str, cap: Decimal | None, days: float | None, database_url: str | None) -> None:
    until = None if days is None else datetime.now(UTC) + timedelta(days=days)

    async def make(links: Links, settings: Settings) -> tuple[Made, str]:
        return await links.make(name, cap=cap, expires_at=until), address_of(settings)

    made, address = _with_links(database_url, make)
    typer.echo(f"{address}/enter#{made.code}")
    sys.stderr.write(f"{made.id} is for {name.strip()}{_good_for(cap, until)}.\n")


def _revoke(link_id: str, database_url: str | None) -> None:
    try:
        _with_links(database_url, lambda links, _: links.revoke(link_id))
    except NotFound:
        give_up(f"There is no link {link_id}.", code=1)
    typer.echo(f"{link_id} is revoked.")


def _with_links(database_url: str | None, work: Callable[[Links, Settings], Awaitable[T]]) -> T:
    return done(database_url, lambda settings, database: work(Links(database), settings))


def address_of(settings: Settings) -> str:
    """Where visitors come in, as far as is known here; a tunnel's address is known to the server alone."""
    if settings.public_url:
        return settings.public_url
    host = "localhost" if settings.host in EVERYWHERE else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _line(made: Link) -> str:
    state = "revoked" if made.revoked_at else "live" if made.live else "expired"
    return f"{made.id}  {state:<7}  {made.created_at:%Y-%m-%d}  {made.name}{_good_for(made.cap, made.expires_at)}"


def _good_for(cap: Decimal | None, until: datetime | None) -> str:
    money = "" if cap is None else f"; cap: ${cap.normalize():f}"
    return money if until is None else f"{money}; until {until:%Y-%m-%d %H:%M} UTC"


def _money(given: str | None) -> Decimal | None:
    try:
        return None if given is None else Decimal(given)
    except InvalidOperation:
        give_up("--cap is an amount of US dollars, such as 2 or 0.50.", code=2)
