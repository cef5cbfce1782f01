"""What decides who comes in, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute

from playground.access.owner import owner_token
from playground.access.tries import Tries
from playground.parts import Playground
from playground.secret import load_secret
from playground.web.badges import Badges
from playground.web.entrance import Entrance, refused
from playground.web.gate import Gate, gate_of
from playground.web.identity import Keys
from playground.web.owner_badges import OwnerBadges
from playground.web.owner_door import OwnerDoor


@dataclass(frozen=True, slots=True)
class Door:
    """For `Identity`: `keys` and `gate`; and the `routes` that are before it."""

    keys: Keys
    gate: Gate
    routes: Sequence[BaseRoute]


def door_of(parts: Playground) -> Door:
    """The door of a playground. Makes the secret in the data folder if need be."""
    settings = parts.settings
    secret = load_secret(settings)
    token = owner_token(settings, secret)
    password = settings.password.get_secret_value() if settings.password else None
    badges, tries = Badges(secret, password=password), Tries()
    keys = Keys(token, badges, OwnerBadges(secret, token), parts.tokens, tries)
    entrance = Entrance(
        password, parts.links, parts.standing, invite_only=settings.invite_only, badges=badges, tries=tries
    )
    owner = OwnerDoor(parts.database, parts.standing, keys)
    gate = gate_of(settings, parts.standing, refused, strict=parts.policy.strict)
    return Door(keys, gate, [*entrance.routes(), *owner.routes()])
