"""`python -m playground owner`: the owner's way in."""

import typer

from playground import logs
from playground.access.owner import owner_token
from playground.commands.link import address_of
from playground.commands.setup import give_up, prepare, settings_of
from playground.secret import load_secret


def owner() -> None:
    """Print the address of the owner's page, with the token that opens it. Whoever has it is the owner."""
    settings = settings_of()
    prepare(settings)
    try:
        token = owner_token(settings, load_secret(settings))
    except (ValueError, OSError) as error:
        give_up(logs.one_line(error, logs.secrets_of(settings)), code=1)
    typer.echo(f"{address_of(settings)}/owner#{token}")
