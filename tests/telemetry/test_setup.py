"""Nothing is sent unless a collector is named; then it is told names, counts and times, and never a word."""

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from playground.telemetry.setup import asked

ROOT = Path(__file__).parents[2]

WORK = """
import sys
from decimal import Decimal
from playground.telemetry.setup import REGISTRY, observed
from playground.telemetry import work
from prometheus_client import generate_latest

with observed():
    with work.run("helper", "openai/small", "thr_1") as run:
        with work.model_call("openai/small") as call:
            call.used(12, 5, Decimal("0.25"))
        work.ToolSpan("weigh", "call_1").end("ValueError")
        try:
            with work.model_call("openai/small"):
                raise ValueError("the-secret-word")
        except ValueError:
            pass
        run.ended("completed")
    sys.stdout.write(generate_latest(REGISTRY).decode())
"""


class Collector(ThreadingHTTPServer):
    """Keeps what it is sent, by path."""

    def __init__(self) -> None:
        self.sent: dict[str, bytes] = {}
        collector = self

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.sent[self.path] = collector.sent.get(self.path, b"") + body
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                """Nobody reads it."""

        super().__init__(("127.0.0.1", 0), Taking)

    @property
    def address(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def collector() -> Iterator[Collector]:
    """One that listens."""
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _work(environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WORK],
        cwd=ROOT,
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_nothing_is_sent_unless_a_collector_is_named(collector: Collector) -> None:
    _work({"OTEL_SERVICE_NAME": "mine"})
    assert not collector.sent


def test_a_collector_that_is_named_is_told_of_runs_calls_and_tools(collector: Collector) -> None:
    _work({"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_SERVICE_NAME": "mine"})
    spans, measured = collector.sent["/v1/traces"], collector.sent["/v1/metrics"]
    for name in (b"invoke_agent helper", b"chat openai/small", b"execute_tool weigh", b"thr_1", b"mine", b"ValueError"):
        assert name in spans
    assert b"gen_ai.client.token.usage" in measured
    assert b"the-secret-word" not in spans + measured


def test_one_signal_alone_can_be_asked_for(collector: Collector) -> None:
    _work({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector.address}/mine"})
    assert set(collector.sent) == {"/mine"}


@pytest.mark.parametrize("off", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}])
def test_the_usual_variables_switch_it_off(off: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    assert asked("TRACES")
    for name, value in off.items():
        monkeypatch.setenv(name, value)
    assert not asked("TRACES")


def test_what_is_measured_can_be_read_here() -> None:
    told = _work({})
    assert "gen_ai_client_token_usage_count{" in told
    assert 'playground_runs_total{gen_ai_agent_name="helper",gen_ai_request_model="openai/small"' in told
    assert 'error_type="ValueError"' in told
    assert 'playground_spent_usd_total{gen_ai_request_model="openai/small"} 0.25' in told
