"""Counts tokens over the two requests that one answer may take."""

from openai.types import CompletionUsage
from openai.types.responses import ResponseUsage
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails


def usage_of(told: CompletionUsage | None) -> ResponseUsage:
    """What one request took; zeros where the server counts nothing."""
    given, made = (told.prompt_tokens, told.completion_tokens) if told else (0, 0)
    details = told.prompt_tokens_details if told else None
    cached = (details.cached_tokens if details else None) or 0
    return ResponseUsage(
        input_tokens=given,
        input_tokens_details=InputTokensDetails(cached_tokens=cached, cache_write_tokens=0),
        output_tokens=made,
        output_tokens_details=OutputTokensDetails(reasoning_tokens=0),
        total_tokens=given + made,
    )


def added(reply: ResponseUsage | None, decision: ResponseUsage) -> ResponseUsage:
    """What both requests of an answer took together."""
    if reply is None:
        return decision
    cached = reply.input_tokens_details.cached_tokens + decision.input_tokens_details.cached_tokens
    return ResponseUsage(
        input_tokens=reply.input_tokens + decision.input_tokens,
        input_tokens_details=InputTokensDetails(cached_tokens=cached, cache_write_tokens=0),
        output_tokens=reply.output_tokens + decision.output_tokens,
        output_tokens_details=OutputTokensDetails(reasoning_tokens=0),
        total_tokens=reply.total_tokens + decision.total_tokens,
    )
