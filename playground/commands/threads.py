"""`python -m playground threads`: what the owner does with conversations, whoever's they are."""

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from playground import logs
from playground.commands.setup import give_up, prepare, settings_of
from playground.errors import NotFound
from playground.store import threads as store
from playground.store.database import Database
from playground.store.tables import ThreadRow

T = TypeVar("T")

MOST = 1_000
"""Threads that are listed at once."""

threads = typer.Typer(help="List, lock, close and open conversations.", no_args_is_help=True)

ThreadId = Annotated[str, typer.Argument(metavar="THREAD", help="Its id, such as thr_…")]
Reason = Annotated[str | None, typer.Option(help="What its visitor reads.")]
Where = Annotated[
    str | None, typer.Option("--database-url", metavar="URL", help="Where threads are kept.", show_default="as served")
]


@threads.command(name="list")
def show(
    *,
    visitor: Annotated[str | None, typer.Option(help="Only those of this visitor.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = 50,
    database_url: Where = None,
) -> None:
    """Print threads, those used last first: id, last use, status, visitor, title."""
    for row in _asked(database_url, lambda session: store.used_last(session, visitor_id=visitor, limit=limit)):
        used = f"{row.updated_at:%Y-%m-%d %H:%M}"
        title = "".join(letter if letter.isprintable() else " " for letter in row.title or "")
        typer.echo(f"{row.id}  {used}  {row.status['type']:<6}  {row.visitor_id}  {title}".rstrip())


@threads.command()
def lock(thread: ThreadId, *, reason: Reason = None, database_url: Where = None) -> None:
    """Take no more messages in a thread, for the time being."""
    _set(thread, "locked", reason, database_url)


@threads.command()
def close(thread: ThreadId, *, reason: Reason = None, database_url: Where = None) -> None:
    """Take no more messages in a thread, for good."""
    _set(thread, "closed", reason, database_url)


@threads.command()
def unlock(thread: ThreadId, *, database_url: Where = None) -> None:
    """Take messages again in a thread that was locked or closed."""
    _set(thread, "active", None, database_url)


def _set(thread: str, kind: store.Status, reason: str | None, database_url: str | None) -> None:
    def work(session: Session) -> ThreadRow:
        return store.set_status(session, thread_id=thread, kind=kind, reason=reason)

    try:
        _asked(database_url, work)
    except NotFound:
        give_up(f"There is no thread {thread}.", code=1)
    typer.echo(f"{thread} is {kind}.")


def _asked(database_url: str | None, work: Callable[[Session], T]) -> T:
    """What a piece of work answers; exits with one line if the database cannot be used."""
    settings = settings_of(database_url=database_url)
    prepare(settings)

    async def ask() -> T:
        database = Database(settings.resolved_database_url)
        try:
            await database.open()
            return await database.write(work)
        finally:
            await database.close()

    try:
        return asyncio.run(ask())
    except (ValueError, SQLAlchemyError, OSError) as error:
        give_up(logs.one_line(error, logs.secrets_of(settings)), code=2 if isinstance(error, ValueError) else 1)
