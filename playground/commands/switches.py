"""`python -m playground pause` and `resume`: the owner's kill switch, which every running server obeys in a second."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from playground.commands.asking import Where, asked
from playground.commands.setup import give_up
from playground.owner.words import LONGEST_TEXT, cleaned
from playground.store import switch


def pause(
    text: Annotated[str, typer.Argument(help="What visitors read.", show_default="our own words")] = "",
    *,
    database_url: Where = None,
) -> None:
    """Pause everything: running answers are stopped, and no message is taken until `resume`."""
    if len(text) > LONGEST_TEXT:
        give_up(f"At most {LONGEST_TEXT} characters.", code=2)
    asked(database_url, lambda session: switch.pause(session, cleaned(text), at=datetime.now(UTC)))
    typer.echo("Everything is paused. `python -m playground resume` lets it go on.")


def resume(*, database_url: Where = None) -> None:
    """Let everything go on."""
    asked(database_url, switch.resume)
    typer.echo("Everything goes on.")
