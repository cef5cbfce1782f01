"""Why a run could not end well, in words for the visitor. A provider's own text, a key or a URL never gets through."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

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
from playground.languages.say import say
from playground.models.reasons import Reason, reason_of, retry_after


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


def explain(error: BaseException, model: str) -> RunError:
    """What to tell the visitor about any exception that a run on `model` (`provider/id`) raised."""
    if isinstance(error, RunError):
        return error
    if isinstance(error, AgentsException) and (told := _sdk(error)):
        return told
    reason = reason_of(error)
    if reason:
        return _provider_error(reason, model, retry_after(error))
    if isinstance(error, PlaygroundError):
        return AgentError(error.message, allow_retry=False)
    return AgentError(
        "The agent's own code failed ({error}). Its author finds the details in the log.",
        error=type(error).__name__,
        allow_retry=True,
    )


def _provider_error(reason: Reason, model: str, wait: float | None) -> ProviderError:
    provider, _, name = model.partition("/")
    telling = _TELLINGS[reason]
    when = say("in {seconds} seconds", seconds=f"{wait:.0f}") if wait and wait >= 1 else say("in a moment")
    label = provider_label(provider)
    if telling.text.startswith("{provider}"):
        label = label[:1].upper() + label[1:]
    text = say(telling.text, provider=label, model=name or model, when=when)
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
            return LimitReached(
                "The tool {tool} did not finish in time. Try again.", tool=error.tool_name, allow_retry=True
            )
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
