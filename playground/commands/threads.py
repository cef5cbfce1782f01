"""`python -m playground threads`: what the owner does with conversations, whoever's they are."""

from typing import Annotated

import typer
from sqlmodel import Session

from playground.commands.asking import Where, asked
from playground.commands.setup import give_up
from playground.errors import NotFound
from playground.store import threads as store
from playground.store.tables import ThreadRow

MOST = 1_000
"""Threads that are listed at once."""

threads = typer.Typer(help="List, lock, close and open conversations.", no_args_is_help=True)

ThreadId = Annotated[str, typer.Argument(metavar="THREAD", help="Its id, such as thr_…")]
Reason = Annotated[str | None, typer.Option(help="What its visitor reads.")]


@threads.command(name="list")
def show(
    *,
    visitor: Annotated[str | None, typer.Option(help="Only those of this visitor.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = 50,
    database_url: Where = None,
) -> None:
    """Print threads, those used last first: id, last use, status, visitor, title."""
    for row in asked(database_url, lambda session: store.used_last(session, visitor_id=visitor, limit=limit)):
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
        asked(database_url, work)
    except NotFound:
        give_up(f"There is no thread {thread}.", code=1)
    typer.echo(f"{thread} is {kind}.")
