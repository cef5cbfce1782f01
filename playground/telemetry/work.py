"""What is told of the work: spans and measurements by OpenTelemetry's conventions for generative AI.

Never a word that was said: names, counts, times and outcomes only. Without a collector all of it does nothing.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from decimal import Decimal

from opentelemetry import metrics, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

tracer = trace.get_tracer("playground")
meter = metrics.get_meter("playground")

SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
TOKENS = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0)

_requests = meter.create_histogram(
    "http.server.request.duration", "s", "How long requests took", explicit_bucket_boundaries_advisory=SECONDS
)
_calls = meter.create_histogram(
    "gen_ai.client.operation.duration",
    "s",
    "How long models and tools took",
    explicit_bucket_boundaries_advisory=SECONDS,
)
_tokens = meter.create_histogram(
    "gen_ai.client.token.usage", "{token}", "Tokens of a model's call", explicit_bucket_boundaries_advisory=TOKENS
)
_runs = meter.create_counter("playground.runs", "{run}", "Runs that ended, or began to wait")
_spent = meter.create_counter("playground.spent.usd", "{USD}", "US dollars that models cost")


def request_served(area: str, method: str, status: int, seconds: float) -> None:
    """An HTTP request was answered. `area` is one of a few parts of the site, never a path as it came."""
    _requests.record(seconds, {"http.route": area, "http.request.method": method, "http.response.status_code": status})


class RunSpan:
    """A run under way."""

    def __init__(self, span: Span, agent: str, model: str) -> None:
        self._span = span
        self._names = {"gen_ai.agent.name": agent, "gen_ai.request.model": model}

    def ended(self, status: str) -> None:
        """How it ended."""
        self._span.set_attribute("playground.run.status", status)
        if status in {"failed", "interrupted"}:
            self._span.set_status(Status(StatusCode.ERROR))
        _runs.add(1, {**self._names, "playground.run.status": status})


@contextmanager
def run(agent: str, model: str, thread_id: str) -> Generator[RunSpan]:
    """Around a run of an agent on `provider/id`."""
    names = {**_operation("invoke_agent", model), "gen_ai.agent.name": agent, "gen_ai.conversation.id": thread_id}
    with tracer.start_as_current_span(f"invoke_agent {agent}", attributes=names) as span:
        yield RunSpan(span, agent, model)


class CallSpan:
    """A model's call under way."""

    def __init__(self, span: Span, names: dict[str, str]) -> None:
        self._span = span
        self._names = names

    def used(self, input_tokens: int, output_tokens: int, cost: Decimal | None) -> None:
        """What it took; `cost` is in US dollars, None if that is not known."""
        for kind, count in (("input", input_tokens), ("output", output_tokens)):
            self._span.set_attribute(f"gen_ai.usage.{kind}_tokens", count)
            _tokens.record(count, {**self._names, "gen_ai.token.type": kind})
        if cost is not None:
            _spent.add(float(cost), {"gen_ai.request.model": self._names["gen_ai.request.model"]})


@contextmanager
def model_call(model: str) -> Generator[CallSpan]:
    """Around one request to `provider/id`. Of what goes wrong only the kind is told: its words may hold anything."""
    names = _operation("chat", model)
    began = time.perf_counter()
    failed: dict[str, str] = {}
    span = tracer.start_span(f"chat {model}", kind=SpanKind.CLIENT, attributes=names)
    try:
        yield CallSpan(span, names)
    except BaseException as error:
        failed = _failed(span, type(error).__name__)
        raise
    finally:
        span.end()
        _calls.record(time.perf_counter() - began, {**names, **failed})


class ToolSpan:
    """One call of a tool under way; `end` it once, further ends count nothing."""

    def __init__(self, tool: str, call_id: str) -> None:
        self._names = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}
        self._span = tracer.start_span(
            f"execute_tool {tool}", attributes={**self._names, "gen_ai.tool.call.id": call_id}
        )
        self._began = time.perf_counter()
        self._over = False

    def end(self, failure: str | None = None) -> None:
        """It came back, or ended with a `failure`: the kind of an exception."""
        if self._over:
            return
        self._over = True
        failed = _failed(self._span, failure)
        self._span.end()
        _calls.record(time.perf_counter() - self._began, {**self._names, **failed})


def _failed(span: Span, kind: str | None) -> dict[str, str]:
    if kind is None:
        return {}
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))
    return {"error.type": kind}


def _operation(name: str, model: str) -> dict[str, str]:
    provider, _, _ = model.partition("/")
    return {"gen_ai.operation.name": name, "gen_ai.provider.name": provider, "gen_ai.request.model": model}
