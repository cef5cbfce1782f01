"""What is set and what works, checked without sending anything to anybody. No key is shown."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from playground.catalog import offers
from playground.logs import one_line, secrets_of
from playground.models.local.server import LocalServers, LocalStatus
from playground.roster.roster import Roster, RosterError
from playground.settings import Settings
from playground.store.database import Database

PACKAGES = ("gradio", "openai-agents", "openai-chatkit", "sqlmodel")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `off` is no fault: it is not set, and need not be."""

    subject: str
    state: Literal["ok", "off", "problem"]
    text: str


def findings(settings: Settings) -> Iterator[Finding]:
    """Every finding, as it is made. Makes the data folder and the database if they are not there."""
    yield Finding("Python", "ok", f"{sys.version.split()[0]} at {sys.executable}")
    yield _packages()
    yield _data_folder(settings)
    yield asyncio.run(_database(settings))
    yield _agents(settings)
    yield from _providers(settings, asyncio.run(_local(settings)))


def _packages() -> Finding:
    try:
        return Finding("packages", "ok", ", ".join(f"{name} {version(name)}" for name in PACKAGES))
    except PackageNotFoundError as error:
        return Finding("packages", "problem", f"{error.name} is not installed: pip install -r requirements.txt")


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("data folder", "ok", f"{folder} is writable")
    except OSError as error:
        return Finding("data folder", "problem", f"{folder}: {error.strerror}. Set PLAYGROUND_DATA_DIR to another one.")


async def _database(settings: Settings) -> Finding:
    try:
        url = make_url(settings.resolved_database_url)
        database = Database(settings.resolved_database_url)
    except (SQLAlchemyError, ValueError, ImportError) as error:
        return Finding(
            "database", "problem", f"PLAYGROUND_DATABASE_URL is not usable: {one_line(error, secrets_of(settings))}"
        )
    shown = url.render_as_string(hide_password=True)
    try:
        await database.open()
    except (SQLAlchemyError, OSError) as error:
        return Finding("database", "problem", f"{shown} cannot be opened: {one_line(error, secrets_of(settings))}")
    finally:
        await database.close()
    return Finding("database", "ok", f"{shown} is open and its schema up to date")


def _agents(settings: Settings) -> Finding:
    try:
        labels = [offer.label for offer in Roster(settings.agent).offers()]
    except RosterError as error:
        return Finding("agents", "problem", str(error))
    return Finding("agents", "ok", ", ".join(labels))


async def _local(settings: Settings) -> tuple[LocalStatus, ...]:
    """How far the local models are. They are looked for, and neither fetched nor started."""
    local = LocalServers(settings)
    await local.start()
    statuses = local.statuses()
    await local.aclose()
    return statuses


def _providers(settings: Settings, statuses: tuple[LocalStatus, ...]) -> list[Finding]:
    remote = [offer for offer in offers(settings, statuses) if offer.provider != "local"]
    found = [Finding(offer.label, "ok" if offer.available else "off", offer.note or "set") for offer in remote]
    found += [
        Finding(
            f"local/{status.name}", "problem" if status.state == "failed" else "ok", f"{status.state}: {status.note}"
        )
        for status in statuses
    ]
    if not statuses:
        found.append(Finding("local", "off", "PLAYGROUND_LOCAL_MODEL is off"))
    if all(finding.state != "ok" for finding in found):
        found.append(Finding("models", "problem", "No model can answer: set a provider's key, or allow the local one."))
    return found
