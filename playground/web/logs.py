"""The log: one line per event on stderr, ours and the libraries' alike."""

import asyncio
import logging
import sys

import structlog

from playground.settings import LogLevel

TALKATIVE = (
    "httpx",
    "httpx2",
    "httpcore",
    "openai",
    "anthropic",
    "google_genai",
    "alembic",
    "asyncio",
    "uvicorn.error",
)
"""Libraries that tell of every step; of theirs, only warnings are kept unless everything is asked for."""


def configure_logging(level: LogLevel) -> None:
    """Sends everything to stderr: readable in a terminal, JSON lines elsewhere. stdout stays ours."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering()))
    handler.addFilter(_worth_telling)
    logging.basicConfig(level=number, handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(number, logging.WARNING) if number > logging.DEBUG else number)


def _rendering() -> list[structlog.types.Processor]:
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if sys.stderr.isatty():
        # The plain form: the pretty one prints local variables, and there may be a key among them.
        return [meta, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [meta, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _worth_telling(record: logging.LogRecord) -> bool:
    """Not the page's open connections, which are cut at every shutdown and nobody misses."""
    cut = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut and "timeout graceful shutdown exceeded" not in str(record.msg)
