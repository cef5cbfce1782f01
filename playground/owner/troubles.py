"""The last warnings and errors of this process, for the owner's page. Nothing of what anybody wrote is in them.

What our own code logs is a fixed sentence and some ids. Of others' lines, which may quote a request, only the place is
kept. Of an exception it is the type alone.
"""

import logging
import sys
from collections import OrderedDict
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from playground import logs

MOST = 100
LONGEST = 200
OWN = "playground."
FACTS = ("run_id", "visitor", "model", "agent", "provider", "status", "error")
"""What our lines may carry that is no text of a visitor's. `error` only where it is the name of a type."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A line of the log, and how often it came; `at` is the last time. `facts` are ids and names."""

    at: datetime
    level: str
    place: str
    text: str
    facts: Mapping[str, str]
    count: int = 1


class Troubles(logging.Handler):
    """Keeps the last ones, each once, as long as it is `listening`. Safe from any thread, as every handler is."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._kept: OrderedDict[tuple[str, str, str], Trouble] = OrderedDict()

    @contextmanager
    def listening(self) -> Generator[None]:
        """Hear what is logged within."""
        logging.getLogger().addHandler(self)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(self)

    def last(self) -> Sequence[Trouble]:
        """What was heard, the newest first."""
        self.acquire()
        try:
            return list(reversed(self._kept.values()))
        finally:
            self.release()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        try:
            trouble = told(record)
            key = (trouble.level, trouble.place, trouble.text)
            before = self._kept.pop(key, None)
            self._kept[key] = replace(trouble, count=before.count + 1) if before else trouble
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        except Exception:  # a line that cannot be kept must not break who logs it
            self.handleError(record)


def told(record: logging.LogRecord) -> Trouble:
    """What the owner is shown of a line."""
    said: Any = record.msg
    event = cast("Mapping[str, Any]", said) if isinstance(said, Mapping) else {"event": said}
    kind = _kind(event.get("exc_info") or record.exc_info)
    own = record.name.startswith(OWN)
    text = str(event.get("event", "")) if own else f"{record.name} ({record.module}, line {record.lineno})"
    given = {**vars(record), **event} if own else {}
    facts = {name: _short(given[name]) for name in FACTS if isinstance(given.get(name), str)}
    return Trouble(
        at=datetime.fromtimestamp(record.created, UTC),
        level=record.levelname.lower(),
        place=record.name,
        text=_short(f"{text} ({kind})" if kind else text),
        facts=facts,
    )


def _kind(exc_info: Any) -> str:
    """The name of an exception's type, of whatever a logger takes for one."""
    match exc_info:
        case BaseException():
            return type(exc_info).__name__
        case (type() as kind, _, _):
            return str(kind.__name__)
        case True:
            return _kind(sys.exc_info())
        case _:
            return ""


def _short(text: str) -> str:
    return logs.redacted(text)[:LONGEST]
