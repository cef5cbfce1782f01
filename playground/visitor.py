"""Who asks: the owner of threads, in the page and over HTTP."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person known only by an id that the server made and signed."""

    id: str
