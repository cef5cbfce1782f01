"""What every command begins with: the settings, and a process that keeps quiet and tells no key."""

import sys
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from playground import logs
from playground.folder import keep_private
from playground.quiet import hush
from playground.settings import Settings

_FLAGS = {"cap_total": "cap"}
"""Settings whose flag has another name."""


class UseError(ValueError):
    """A command that cannot be followed. The message is for whoever wrote it."""


def settings_of(**flags: Any) -> Settings:
    """Settings with the flags that were given. Exits with 2 and one line for each value that cannot be."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        give_up("\n".join(map(_complaint, error.errors(include_input=False, include_url=False))), code=2)


def prepare(settings: Settings) -> None:
    """Quiet the libraries, before they are imported, and set up the log."""
    keep_private()
    hush(tracing=settings.tracing)
    logs.configure(settings.log_level, secrets=logs.secrets_of(settings))


def give_up(message: str, *, code: int) -> NoReturn:
    """Exit with a message."""
    sys.stderr.write(f"{message}\n")
    raise typer.Exit(code)


def _complaint(fault: ErrorDetails) -> str:
    name = str(fault["loc"][0])
    flag = _FLAGS.get(name, name.lower().replace("_", "-"))
    variable = name if name.isupper() else f"PLAYGROUND_{name.upper()}"
    return f"{variable} (--{flag}): {fault['msg']}"
