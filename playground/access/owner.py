"""The owner's token: the one that is set, else one that follows from the secret, and so is the same in all replicas."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from playground.settings import Settings

OWNER = "owner"
"""The visitor's id of programs that come with the owner's token. No cookie and no other token can say it."""

LONG = 20
"""Characters of a token that nobody guesses."""


def owner_token(settings: Settings, secret: bytes) -> str:
    """What opens the owner's page. To be shown to the owner only."""
    if settings.owner_token is not None:
        return settings.owner_token.get_secret_value()
    made = hmac.digest(secret, b"playground.owner", hashlib.sha256)[:24]
    return f"own_{urlsafe_b64encode(made).decode()}"


def is_surely(given: str, wanted: str) -> bool:
    """Whether it is the right one, and too long to have been guessed: then there is no need to slow anybody down."""
    return len(wanted) >= LONG and same(given, wanted)


def same(given: str, wanted: str) -> bool:
    """Whether two secrets are the same; how long it takes tells nothing about the one that is wanted."""
    return hmac.compare_digest(_digest(given), _digest(wanted))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
