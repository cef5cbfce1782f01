"""Why a run could not end well, in words for the visitor. A provider's own text, a key or a URL never gets through."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import httpx2
import openai
from agents.exceptions import (
    AgentsException,
    InputGuardrailTripwireTriggered,
    MaxTurnsExceeded,
    ModelBehaviorError,
    ModelRefusalError,
    ModelTimeoutError,
    OutputGuardrailTripwireTriggered,
    ToolInputGuardrailTripwireTriggered,
    ToolOutputGuardrailTripwireTriggered,
    ToolTimeoutError,
)

from playground.catalog import provider_label
from playground.errors import AgentError, FailureKind, LimitReached, PlaygroundError, ProviderError, RunError

Reason: TypeAlias = FailureKind | Literal["too_short", "empty", "misused", "refused"]
"""A kind of failure, or a finer one that is shown in its own words."""


class StreamFailure(Exception):
    """A reply that came, but not as it should. `explain` finds the words."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True)
class _Telling:
    text: str
    allow_retry: bool = True
    kind: FailureKind | None = None


_TELLINGS: Mapping[Reason, _Telling] = {
    "auth": _Telling(
        "{provider} did not accept this playground's key. Its owner has to check the key.", allow_retry=False
    ),
    "quota": _Telling(
        "This playground's account at {provider} has no credit left. Its owner has to top it up; meanwhile pick "
        "another provider.",
        allow_retry=False,
    ),
    "rate_limit": _Telling("{provider} limits how often it may be asked. Try again {when}."),
    "overloaded": _Telling("{provider} is overloaded. Try again {when}, or pick another model."),
    "context_length": _Telling(
        "The conversation is longer than {model} can read. Start a new session, or edit an earlier message.",
        allow_retry=False,
    ),
    "safety": _Telling(
        "{provider} withheld the answer because of its content rules. Rephrase the message.", allow_retry=False
    ),
    "refused": _Telling(
        "{model} declined to answer. Rephrase the message, or pick another model.", allow_retry=False, kind="safety"
    ),
    "bad_request": _Telling(
        "{provider} did not accept the request. {model} may not support one of the settings or tools: change them, "
        "or pick another model.",
        allow_retry=False,
    ),
    "unknown_model": _Telling("{provider} does not offer the model {model}. Pick another one.", allow_retry=False),
    "network": _Telling("{provider} could not be reached, or the connection was lost. Try again {when}."),
    "timeout": _Telling("{provider} took too long. Try again, or pick another model."),
    "cut": _Telling("The answer from {provider} broke off before its end. Try again."),
    "too_short": _Telling(
        "{model} used up its token limit before it had written an answer. Raise the limit, or ask for less.",
        kind="cut",
    ),
    "empty": _Telling("{model} ended without an answer. Try again, or pick another model.", kind="malformed"),
    "server": _Telling("{provider} had an error of its own. Try again {when}."),
    "malformed": _Telling("{provider} sent something that cannot be read. Try again, or pick another model."),
    "misused": _Telling(
        "{model} answered in a way this agent cannot use, such as a tool call that does not fit. Try again, or pick "
        "another model.",
        kind="malformed",
    ),
}

_CODES: tuple[tuple[str, FailureKind], ...] = (
    (r"context[_ -](length|size|window)|maximum context|prompt is too long", "context_length"),
    (r"insufficient_quota|billing", "quota"),
    (r"rate_limit", "rate_limit"),
    (r"overloaded|slow_down|unavailable", "overloaded"),
    (r"content_(policy|filter)|invalid_prompt|moderation|safety", "safety"),
    (r"invalid_api_key|authentication", "auth"),
    (r"model_not_found", "unknown_model"),
    (r"timeout", "timeout"),
)
_STATUSES: Mapping[int, FailureKind] = {
    401: "auth",
    402: "quota",
    403: "auth",
    404: "unknown_model",
    408: "timeout",
    413: "context_length",
    429: "rate_limit",
    503: "overloaded",
    504: "timeout",
    529: "overloaded",
}


def explain(error: BaseException, model: str) -> RunError:
    """What to tell the visitor about any exception that a run on `model` (`provider/id`) raised."""
    if isinstance(error, RunError):
        return error
    if isinstance(error, AgentsException) and (told := _sdk(error)):
        return told
    reason = _reason(error)
    if reason:
        return _provider_error(reason, model, retry_after(getattr(error, "response", None)))
    if isinstance(error, PlaygroundError):
        return AgentError(error.message, allow_retry=False)
    return AgentError(
        f"The agent's own code failed ({type(error).__name__}). Its author finds the details in the log.",
        allow_retry=True,
    )


def kind_of_code(*hints: object, default: FailureKind = "server") -> FailureKind:
    """The kind that a provider's error code, type or message hints at; the first that says something wins."""
    for hint in hints:
        for pattern, kind in _CODES:
            if isinstance(hint, str) and re.search(pattern, hint, re.IGNORECASE):
                return kind
    return default


def retry_after(response: object) -> float | None:
    """The provider's advice on when to come back, in seconds."""
    if not isinstance(response, httpx2.Response):
        return None
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = response.headers.get(name, "")
        if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
            return float(value) * unit
    return None


def _provider_error(reason: Reason, model: str, wait: float | None) -> ProviderError:
    provider, _, name = model.partition("/")
    telling = _TELLINGS[reason]
    when = f"in {wait:.0f} seconds" if wait and wait >= 1 else "in a moment"
    label = provider_label(provider)
    if telling.text.startswith("{provider}"):
        label = label[:1].upper() + label[1:]
    text = telling.text.format(provider=label, model=name or model, when=when)
    kind = telling.kind or cast("FailureKind", reason)
    return ProviderError(text, provider=provider, kind=kind, allow_retry=telling.allow_retry, retry_after=wait)


def _sdk(error: AgentsException) -> RunError | None:
    match error:
        case MaxTurnsExceeded():
            return LimitReached(
                "The agent asked its model as often as it may, without coming to an end. Ask for less at once, or "
                "try again.",
                allow_retry=True,
            )
        case ToolTimeoutError():
            return LimitReached(f"The tool {error.tool_name} did not finish in time. Try again.", allow_retry=True)
        case InputGuardrailTripwireTriggered():
            return AgentError("A guardrail of the agent stopped this message. Rephrase it.", allow_retry=False)
        case OutputGuardrailTripwireTriggered():
            return AgentError("A guardrail of the agent withheld the answer. Rephrase the message.", allow_retry=False)
        case ToolInputGuardrailTripwireTriggered() | ToolOutputGuardrailTripwireTriggered():
            return AgentError("A guardrail of the agent stopped a tool. Rephrase the message.", allow_retry=False)
        case ModelBehaviorError() | ModelRefusalError() | ModelTimeoutError():
            return None
        case _:
            return AgentError(
                "The agent is not set up rightly for this. Its author finds the details in the log.", allow_retry=False
            )


def _reason(error: BaseException) -> Reason | None:
    match error:
        case StreamFailure():
            return error.reason
        case ModelRefusalError():
            return "refused"
        case ModelBehaviorError():
            return "misused"
        case ModelTimeoutError() | TimeoutError() | httpx2.TimeoutException():
            return "timeout"
        case openai.OpenAIError():
            return _openai_reason(error)
        case httpx2.DecodingError() | json.JSONDecodeError() | UnicodeDecodeError():
            return "malformed"
        case httpx2.HTTPError() | ConnectionError():
            return "network"
        case _:
            return None


def _openai_reason(error: openai.OpenAIError) -> Reason:
    match error:
        case openai.APITimeoutError():
            return "timeout"
        case openai.APIConnectionError():
            return "network"
        case openai.LengthFinishReasonError():
            return "too_short"
        case openai.ContentFilterFinishReasonError():
            return "safety"
        case openai.APIResponseValidationError():
            return "malformed"
        case openai.APIStatusError():
            return _status_reason(error)
        case openai.APIError():
            return kind_of_code(error.code, error.type)
        case _:
            return "auth"  # the client found no credentials


def _status_reason(error: openai.APIStatusError) -> Reason:
    by_status: FailureKind = "server" if error.status_code >= 500 else "bad_request"
    kind = _STATUSES.get(error.status_code, by_status)
    if error.status_code in {400, 403, 422}:
        return kind_of_code(error.code, error.type, _message(error.body), default=kind)
    if error.status_code == 429:
        return kind_of_code(error.code, error.type, default=kind)
    return kind


def _message(body: object) -> object:
    return cast("Mapping[str, object]", body).get("message") if isinstance(body, Mapping) else None
