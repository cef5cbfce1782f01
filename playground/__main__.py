"""The command line: flags over the environment over `.env`. Wrong use exits with 2, anything else that fails with 1."""

import sys
from typing import Annotated, Any, NoReturn

import structlog
import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import SQLAlchemyError

from playground import logs
from playground.quiet import hush
from playground.settings import LogLevel, Settings

commands = typer.Typer(
    help="An agent playground: one agent, many providers, every conversation kept.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print local variables, keys among them
)
alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
"""`serve` as a program of its own, for app.py."""


@alone.command()
@commands.command()
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 picks one.", show_default="7860")] = None,
    share: Annotated[bool | None, typer.Option("--share", help="Also open a public link (not built yet).")] = None,
    agent: Annotated[
        list[str] | None, typer.Option(metavar="MODULE:ATTRIBUTE", help="An agent of your own; may be repeated.")
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where threads are kept.", show_default="SQLite in ./data")
    ] = None,
    log_level: Annotated[LogLevel | None, typer.Option(help="How much is logged.", show_default="info")] = None,
) -> None:
    """Serve the page and the ChatKit protocol until Ctrl+C. Every flag has a PLAYGROUND_ variable."""
    settings = _settings(host=host, port=port, share=share, agent=agent, database_url=database_url, log_level=log_level)
    if settings.share:
        _give_up("--share is not built yet: a public link needs the spending caps that will come with it.", code=2)
    _prepare(settings)
    # Seconds to import, and they read what was just set.
    from playground.web.server import serve as serve_until_stopped  # noqa: PLC0415

    try:
        serve_until_stopped(settings)
    except (ValueError, SQLAlchemyError, OSError) as error:  # a setting that cannot be used, or what it stands for
        structlog.get_logger(__name__).debug("could not start", exc_info=True)
        _give_up(logs.one_line(error, logs.secrets_of(settings)), code=2 if isinstance(error, ValueError) else 1)


@commands.command()
def doctor() -> None:
    """Show what is set and what works, without sending anything. Exits with 1 if something does not."""
    settings = _settings()
    _prepare(settings)
    from playground.doctor import findings  # noqa: PLC0415 - seconds

    well = True
    for finding in findings(settings):
        print(f"{finding.state:<8} {finding.subject:<25} {finding.text}")
        well = well and finding.state != "problem"
    raise typer.Exit(0 if well else 1)


def _settings(**flags: Any) -> Settings:
    """Settings with the flags that were given. Exits with 2 and one line for each value that cannot be."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        _give_up("\n".join(map(_complaint, error.errors(include_input=False, include_url=False))), code=2)


def _complaint(fault: ErrorDetails) -> str:
    name = str(fault["loc"][0])
    flag, variable = name.lower().replace("_", "-"), name if name.isupper() else f"PLAYGROUND_{name.upper()}"
    return f"{variable} (--{flag}): {fault['msg']}"


def _prepare(settings: Settings) -> None:
    hush(tracing=settings.tracing)
    logs.configure(settings.log_level, secrets=logs.secrets_of(settings))


def _give_up(message: str, *, code: int) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(code)


if __name__ == "__main__":
    commands(prog_name="python -m playground")
