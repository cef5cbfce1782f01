"""The log: one line per event on one stream, for people on a terminal and as JSON for machines. Never a key.

Events come from structlog and from the standard library alike. The rule: a line is searched for keys after it has
been put together, so there is no way around it, not even through another library's exception.
"""

import asyncio
import logging
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TextIO

import orjson
import structlog
from pydantic import SecretStr
from structlog.typing import EventDict, Processor, WrappedLogger

from playground.settings import LogLevel, Settings

HIDDEN = "[hidden]"

CHATTY = (
    "aiosqlite", "alembic", "anthropic", "asyncio", "chatkit", "google_genai", "gradio", "httpcore", "httpcore2",
    "httpx", "httpx2", "huggingface_hub", "openai", "sqlalchemy", "urllib3", "uvicorn",
)  # fmt: skip
"""Libraries whose warnings are enough: below that they write requests, bodies and headers."""

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
"""A line may quote a URL or a model's name, and a terminal would obey what is hidden in it."""

_KEYS = re.compile(
    r"(?P<scheme>\bbearer\s+)[^\s\"'\\]{4,}|(?P<user>://[^\s/:@]*:)[^\s/@]+(?=@)"  # a token; a URL's password
    r"|\bsk-[\w-]{8,}|\bAIza[\w-]{20,}|\bhf_\w{20,}",
    re.IGNORECASE,
)

_learnt: Counter[str] = Counter()
"""Secrets that came while the process ran: visitors' own keys, for as long as they are held."""


def configure(level: LogLevel, stream: TextIO = sys.stderr, *, secrets: Iterable[str] = ()) -> None:
    """Write events of at least `level` to `stream`, without `secrets`. Calling it again starts afresh."""
    render: Processor = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    if not stream.isatty():
        render = structlog.processors.JSONRenderer(serializer=_json)
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*before, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            _redacted(render, secrets),
        ],
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    _attach(level, stream, formatter)


def learn(secret: str) -> None:
    """Hide this from every line from now on."""
    _learnt[secret] += 1


def unlearn(secret: str) -> None:
    """What was learnt is not held any more."""
    _learnt.subtract([secret])
    if _learnt[secret] <= 0:
        del _learnt[secret]


def secrets_of(settings: Settings) -> list[str]:
    """The values that must never be written: every key that is set."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def redacted(line: str, secrets: Iterable[str] = ()) -> str:
    """The line without `secrets` and without anything that looks like a key."""
    for secret in (*secrets, *tuple(_learnt)):
        if len(secret) >= 4:  # shorter ones would eat words, and protect nothing
            line = line.replace(secret, HIDDEN)
    return _KEYS.sub(lambda match: f"{match['scheme'] or match['user'] or ''}{HIDDEN}", line)


def one_line(error: Exception, secrets: Iterable[str] = ()) -> str:
    """What an error says, in one line, without keys and control codes; a driver's own words where it has some."""
    text = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return redacted(text.translate(_CONTROLS) or type(error).__name__, secrets)


def _redacted(render: Processor, secrets: Iterable[str]) -> Callable[[WrappedLogger, str, EventDict], str]:
    known = sorted(secrets, key=len, reverse=True)

    def rendered(logger: WrappedLogger, name: str, event: EventDict) -> str:
        return redacted(str(render(logger, name, event)).translate(_CONTROLS), known)

    return rendered


def _json(event: EventDict, **_: object) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _worth_telling(record: logging.LogRecord) -> bool:
    """Not the page's open connections, which are cut at every shutdown and nobody misses."""
    cut = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut and "timeout graceful shutdown exceeded" not in str(record.msg)


def _attach(level: LogLevel, stream: TextIO, formatter: logging.Formatter) -> None:
    handler = logging.StreamHandler(stream)
    handler.set_name(__name__)
    handler.setFormatter(formatter)
    handler.addFilter(_worth_telling)
    root = logging.getLogger()
    for old in [old for old in root.handlers if old.get_name() == __name__]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
