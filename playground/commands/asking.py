"""What commands ask of the database that a server uses, while it serves or not."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from playground import logs
from playground.commands.setup import give_up, prepare, settings_of
from playground.errors import Malformed
from playground.settings import Settings
from playground.store.database import Database

T = TypeVar("T")

Where = Annotated[
    str | None, typer.Option("--database-url", metavar="URL", help="Where threads are kept.", show_default="as served")
]


def asked(database_url: str | None, work: Callable[[Session], T]) -> T:
    """What a piece of work answers; exits with one line if the database cannot be used."""
    return done(database_url, lambda _settings, database: database.write(work))


def done(database_url: str | None, work: Callable[[Settings, Database], Awaitable[T]]) -> T:
    """What comes of work with an open database; exits with one line if that cannot be, or is refused."""
    settings = settings_of(database_url=database_url)
    prepare(settings)

    async def do() -> T:
        database = Database(settings.resolved_database_url)
        try:
            await database.open()
            return await work(settings, database)
        finally:
            await database.close()

    try:
        return asyncio.run(do())
    except Malformed as error:
        give_up(error.message, code=2)
    except (ValueError, SQLAlchemyError, OSError) as error:
        give_up(logs.one_line(error, logs.secrets_of(settings)), code=2 if isinstance(error, ValueError) else 1)
