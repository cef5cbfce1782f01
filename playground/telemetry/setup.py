"""Where the measurements go: to whoever asks for `/metrics`, and by OTLP where the usual variables name a collector."""

import os
from collections.abc import Generator
from contextlib import contextmanager

import structlog
from opentelemetry import metrics, trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import CollectorRegistry

SERVICE = "agent-playground"
REGISTRY = CollectorRegistry()
"""What `/metrics` shows of this process."""

log = structlog.get_logger(__name__)


@contextmanager
def observed() -> Generator[None]:
    """Collect within, once per process. Nothing is sent unless it is asked for.

    The variables are OpenTelemetry's own: OTEL_EXPORTER_OTLP_ENDPOINT and its relatives, OTEL_SERVICE_NAME,
    OTEL_TRACES_EXPORTER=none, OTEL_SDK_DISABLED and so on. OTLP is spoken over HTTP.
    """
    os.environ.setdefault("OTEL_SERVICE_NAME", SERVICE)
    resource = Resource.create({SERVICE_NAME: os.environ["OTEL_SERVICE_NAME"]})
    readers: list[MetricReader] = [PrometheusMetricReader(scope_info_enabled=False, registry=REGISTRY)]
    if asked("METRICS"):
        readers.append(_exported_metrics())
    measured = MeterProvider(readers, resource=resource)
    metrics.set_meter_provider(measured)
    traced = TracerProvider(resource=resource)
    if asked("TRACES"):
        traced.add_span_processor(_exported_spans())
        trace.set_tracer_provider(traced)
    if asked("TRACES") or asked("METRICS"):
        log.info("telemetry is sent", to="the collector that the OTEL_ variables name")

    try:
        yield
    finally:
        traced.shutdown()
        measured.shutdown()


def asked(signal: str) -> bool:
    """Whether the environment names a collector for METRICS or TRACES."""
    variables = os.environ
    if variables.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if variables.get(f"OTEL_{signal}_EXPORTER", "otlp").lower() != "otlp":
        return False
    return bool(variables.get("OTEL_EXPORTER_OTLP_ENDPOINT") or variables.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))


def _exported_metrics() -> MetricReader:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415 - most have no use for it
        OTLPMetricExporter,
    )

    return PeriodicExportingMetricReader(OTLPMetricExporter())


def _exported_spans() -> BatchSpanProcessor:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - most have no use for it
        OTLPSpanExporter,
    )

    return BatchSpanProcessor(OTLPSpanExporter())
