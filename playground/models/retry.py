"""Which failures are worth another try, for the SDK's runner. It tries none again once something was said."""

from agents import ModelRetrySettings
from agents.retry import RetryDecision, RetryPolicyContext

from playground.models.reasons import Reason, reason_of, retry_after

LONGEST_WAIT = 10.0
"""Seconds of a provider's advice that are waited for; a longer one fails at once, with the advice in the message."""

_PASSING: frozenset[Reason] = frozenset({"rate_limit", "overloaded", "network", "server", "timeout", "cut"})


def retrying(most: int) -> ModelRetrySettings:
    """For `ModelSettings.retry`: at most `most` more tries, of what may have passed by then.

    The clients' own retries should be off (`max_retries=0`): they see no failure inside a stream.
    """
    return ModelRetrySettings(max_retries=most, policy=worth_another_try)


def worth_another_try(context: RetryPolicyContext) -> RetryDecision:
    """Whether the failure may have passed, and after how many seconds if that was advised."""
    wait = retry_after(context.error)
    passing = reason_of(context.error) in _PASSING and (wait or 0) <= LONGEST_WAIT
    return RetryDecision(retry=passing, delay=wait)
