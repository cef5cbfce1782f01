"""The command line: flags over the environment over `.env`. Wrong use exits with 2, anything else that fails with 1."""

from typing import Annotated

import structlog
import typer
from sqlalchemy.exc import SQLAlchemyError

from playground import logs
from playground.commands.compare import compare
from playground.commands.link import link
from playground.commands.owner import owner
from playground.commands.setup import give_up, prepare, settings_of
from playground.commands.switches import pause, resume
from playground.commands.threads import threads
from playground.commands.token import token
from playground.settings import LogLevel

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
    share: Annotated[bool | None, typer.Option("--share", help="Also open a public link, with spending caps.")] = None,
    cap: Annotated[
        str | None, typer.Option(metavar="USD", help="US dollars that models may ever cost.", show_default="none")
    ] = None,
    agent: Annotated[
        list[str] | None, typer.Option(metavar="MODULE:ATTRIBUTE", help="An agent of your own; may be repeated.")
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where threads are kept.", show_default="SQLite in ./data")
    ] = None,
    log_level: Annotated[LogLevel | None, typer.Option(help="How much is logged.", show_default="info")] = None,
) -> None:
    """Serve the page and the ChatKit protocol until Ctrl+C. Every flag has a PLAYGROUND_ variable."""
    settings = settings_of(
        host=host,
        port=port,
        share=share,
        cap_total=cap,
        agent=agent,
        database_url=database_url,
        log_level=log_level,
    )
    prepare(settings)
    # Seconds to import, and they read what was just set.
    from playground.web.server import serve as serve_until_stopped  # noqa: PLC0415

    try:
        serve_until_stopped(settings)
    except (ValueError, SQLAlchemyError, OSError) as error:  # a setting that cannot be used, or what it stands for
        structlog.get_logger(__name__).debug("could not start", exc_info=True)
        give_up(logs.one_line(error, logs.secrets_of(settings)), code=2 if isinstance(error, ValueError) else 1)


commands.command()(compare)
commands.command()(token)
commands.command()(link)
commands.command()(owner)
commands.command()(pause)
commands.command()(resume)
commands.add_typer(threads, name="threads")


@commands.command()
def doctor() -> None:
    """Show what is set and what works, without sending anything. Exits with 1 if something does not."""
    settings = settings_of()
    prepare(settings)
    from playground.doctor import findings  # noqa: PLC0415 - seconds

    well = True
    for finding in findings(settings):
        print(f"{finding.state:<8} {finding.subject:<25} {finding.text}")
        well = well and finding.state != "problem"
    raise typer.Exit(0 if well else 1)


if __name__ == "__main__":
    commands(prog_name="python -m playground")
