"""Every error a visitor can meet, in one tree.

PlaygroundError
├── VisitorError              the request cannot be served as it is
│   ├── Malformed             400
│   ├── Unauthorized          401
│   ├── Forbidden             403
│   ├── NotFound              404: unknown or somebody else's, deliberately alike
│   ├── Conflict              409
│   ├── TooLarge              413
│   ├── Misdirected           421: sent to a host name that is not ours
│   ├── KeyReused             422: an idempotency key came back with another body
│   ├── TooMany               429, with the seconds to wait
│   │   └── CapReached        429: what may be spent is spent
│   ├── NotConfigured         501
│   └── Unavailable           503
│       └── Paused            503: the owner has paused everything
└── RunError                  a run that began could not end well
    ├── ProviderError         the provider's doing
    ├── LimitReached          one of our own bounds
    └── AgentError            the agent's code, a tool or a guardrail

A message is written for the visitor: what happened, whose doing it is, what to do next. It never holds a key,
a path or a provider's reply. It is given as English text with `{names}` and their values, and said in the language
that is spoken where it is raised.
"""

from typing import Literal

from playground.languages.say import say

FailureKind = Literal[
    "auth",
    "quota",
    "rate_limit",
    "overloaded",
    "context_length",
    "safety",
    "bad_request",
    "unknown_model",
    "network",
    "timeout",
    "cut",
    "server",
    "malformed",
]


class PlaygroundError(Exception):
    """The root. `message` may be shown as it stands."""

    def __init__(self, message: str, **values: object) -> None:
        self.message = say(message, **values)
        super().__init__(self.message)


class VisitorError(PlaygroundError):
    """A request refused before anything was streamed; `status` is the HTTP status."""

    status = 400


class Malformed(VisitorError):
    """The request does not say what it wants in a form we understand."""


class Unauthorized(VisitorError):
    """No identity, or one that has expired."""

    status = 401


class Forbidden(VisitorError):
    """Known, but not allowed."""

    status = 403


class NotFound(VisitorError):
    """Unknown or foreign: the visitor cannot tell which."""

    status = 404

    def __init__(self, message: str = "Not found.", **values: object) -> None:
        super().__init__(message, **values)


class Conflict(VisitorError):
    """The thread is busy, locked or closed."""

    status = 409


class TooLarge(VisitorError):
    """More bytes or characters than are taken."""

    status = 413


class Misdirected(VisitorError):
    """For a host name that we do not go by."""

    status = 421


class KeyReused(VisitorError):
    """An `Idempotency-Key` that already stands for another request."""

    status = 422


class TooMany(VisitorError):
    """A limit in time; `retry_after` is in seconds."""

    status = 429

    def __init__(self, message: str, retry_after: float, **values: object) -> None:
        super().__init__(message, **values)
        self.retry_after = retry_after


class CapReached(TooMany):
    """One of the owner's caps: money, tokens, messages."""


class NotConfigured(VisitorError):
    """A part that is not built, or not switched on here."""

    status = 501


class RunError(PlaygroundError):
    """A run ended badly. `allow_retry` says whether the same message may work later."""

    def __init__(self, message: str, *, allow_retry: bool, **values: object) -> None:
        super().__init__(message, **values)
        self.allow_retry = allow_retry


class ProviderError(RunError):
    """The provider refused, failed or fell silent. `retry_after` is its own advice, in seconds."""

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        kind: FailureKind,
        allow_retry: bool,
        retry_after: float | None = None,
        **values: object,
    ) -> None:
        super().__init__(message, allow_retry=allow_retry, **values)
        self.provider = provider
        self.kind = kind
        self.retry_after = retry_after


class LimitReached(RunError):
    """A bound of this playground was hit: time, turns, tool calls."""


class AgentError(RunError):
    """The agent's own code, one of its tools or a guardrail ended the run."""


class Unavailable(VisitorError):
    """For the moment: the server is stopping, or its database is away."""

    status = 503


class Paused(Unavailable):
    """The owner has paused everything; the message is the owner's own, if there is one."""

    def __init__(self, message: str = "The owner has paused this playground for now. Come back later.") -> None:
        super().__init__(message)


def ours(error: BaseException | None) -> RunError | None:
    """The run's error that another one may have been raised from, or be itself."""
    while error is not None and not isinstance(error, RunError):
        error = error.__cause__
    return error
