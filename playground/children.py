"""What our child processes are told of our environment: none of what is secret in it."""

import os

SECRET_WORDS = (
    "AUTH",
    "COOKIE",
    "CREDENTIAL",
    "DATABASE_URL",
    "DSN",
    "KEY",
    "OTEL",
    "PASSWD",
    "PASSWORD",
    "PLAYGROUND",
    "SECRET",
    "TOKEN",
)
"""In the name of a variable, any of these makes it none of a child's business; headers of collectors hold tokens."""


def environment(**changes: str) -> dict[str, str]:
    """Ours without its secrets, with `changes`."""
    kept = {name: value for name, value in os.environ.items() if not any(word in name.upper() for word in SECRET_WORDS)}
    return kept | changes
