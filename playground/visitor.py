"""Who asks: the owner of threads, in the page and over HTTP."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """What a visitor's token is good for: names of agents and of models; None stands for all that is on offer."""

    agents: frozenset[str] | None = None
    models: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person known only by an id that the server made and signed.

    They came by an invite `link`, or with a session `token`, or by themselves; the ids of those, never their codes.
    """

    id: str
    link: str | None = None
    token: str | None = None
    scope: Scope = Scope()
