"""The owner's words to visitors."""

from playground import wire

LONGEST_TEXT = 500
"""Characters of what visitors read while everything is paused."""


def cleaned(text: str) -> str:
    """In one paragraph, without what no database takes."""
    return " ".join(str(wire.clean(text)).split())
