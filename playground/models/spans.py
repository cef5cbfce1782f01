"""What is told about a model's answer besides its events: the provider's request id, and the trace."""

from collections.abc import Callable
from typing import TypeAlias

from agents import ModelTracing
from agents.tracing import GenerationSpanData, Span
from openai.types.responses import Response

Telling: TypeAlias = Callable[[Response, str | None], None]
"""`tell`, with the span and what may be traced already given."""


def tell(response: Response, request_id: str | None, span: Span[GenerationSpanData], tracing: ModelTracing) -> None:
    """Puts the request id where the SDK looks for it, and the answer into the span; its words only if they may be."""
    response._request_id = request_id  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    if response.usage:
        span.span_data.usage = {
            "input_tokens": response.usage.input_tokens,
            "output_tokens": response.usage.output_tokens,
        }
    if tracing.include_data():
        span.span_data.output = [item.model_dump() for item in response.output]
