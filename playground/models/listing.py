"""Which models the installed clients name, read from their sources: importing the clients would take seconds."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path

NOTICE = timedelta(weeks=4)
"""A model that its provider switches off sooner than this is not listed any more."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a client names its models, and where the dates of those that end, as paths inside its package."""

    package: str
    models: str
    endings: str


SOURCES: Mapping[str, Source] = {
    "openai": Source("openai", "types/shared/chat_model.py", "types/shared/chat_model.py"),
    "anthropic": Source("anthropic", "types/model.py", "resources/messages/messages.py"),
    "google": Source("google", "genai/_gaos/types/interactions/model.py", ""),
}

_NO_TALKER = re.compile(
    r"image|vision|banana|tts|audio|transcribe|realtime|embedding|robotics|omni|lyria|veo|codex|search|customtools"
)
_SNAPSHOT = re.compile(r"-(\d{4}-\d\d-\d\d|\d{8}|\d{4})$")
_DATED = re.compile(r"(?P<ids>[^:]*): Announced shutdown date: (?P<date>\d{4}-\d\d-\d\d)")
_RETIRED = re.compile(r'"(?P<id>[\w.-]+)": "(?P<month>[A-Z][a-z]+) (?P<day>\d+)[a-z]{2}, (?P<year>\d{4})"')
_MONTHS: tuple[str, ...] = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@cache
def listed() -> Mapping[str, tuple[str, ...]]:
    """Provider → the ids of its conversation models, as its client lists them; none if they cannot be read.

    It reads a few files, once: not for an event loop.
    """
    today = datetime.now(UTC).date()
    return {provider: _of(source, today) for provider, source in SOURCES.items()}


def literals(source: str) -> tuple[str, ...]:
    """The strings of every `Literal[…]` in a module's source, in order; none if it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    return tuple(dict.fromkeys(_strings(tree)))


def endings(source: str) -> dict[str, date]:
    """When models are switched off, as a client's source has it: in its prose or in a table."""
    found: dict[str, date] = {}
    prose = " ".join(source.split())
    for entry in prose.split(" - "):
        dated = _DATED.match(entry)
        if dated:
            ids: list[str] = re.findall(r'"([^"]+)"', dated["ids"])
            found |= dict.fromkeys(ids, date.fromisoformat(dated["date"]))
    for row in _RETIRED.finditer(source):
        if row["month"] in _MONTHS:
            found[row["id"]] = date(int(row["year"]), _MONTHS.index(row["month"]) + 1, int(row["day"]))
    return found


def unsupported(source: str) -> frozenset[str]:
    """Ids that a client lists and says are none."""
    ids: list[str] = re.findall(r'"([^"]+)": Not a supported model ID', " ".join(source.split()))
    return frozenset(ids)


def talkers(ids: tuple[str, ...], ended: Mapping[str, date], today: date) -> tuple[str, ...]:
    """Those ids that a conversation can be held with today and for some weeks, snapshots left out."""
    return tuple(
        name
        for name in ids
        if not _NO_TALKER.search(name) and not _SNAPSHOT.search(name) and ended.get(name, date.max) > today + NOTICE
    )


def _of(source: Source, today: date) -> tuple[str, ...]:
    named = _read(source.package, source.models)
    dates = _read(source.package, source.endings) if source.endings else ""
    never = dict.fromkeys(unsupported(named), date.min)
    return talkers(literals(named), endings(dates) | never, today)


def _read(package: str, path: str) -> str:
    """A file of an installed package, which is found but not imported; empty if there is none."""
    try:
        spec = find_spec(package)
        folders = spec.submodule_search_locations if spec else None
        for folder in folders or ():
            file = Path(folder, path)
            if file.is_file():
                return file.read_text(encoding="utf-8")
    except (ImportError, OSError, ValueError):
        pass
    return ""


def _strings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
            for one in ast.walk(node.slice):
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield one.value
