"""What commands ask of the database that a server uses, while it serves or not."""

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from playground import logs
from playground.commands.setup import give_up, prepare, settings_of
from playground.store.database import Database

T = TypeVar("T")

Where = Annotated[
    str | None, typer.Option("--database-url", metavar="URL", help="Where threads are kept.", show_default="as served")
]


def asked(database_url: str | None, work: Callable[[Session], T]) -> T:
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
