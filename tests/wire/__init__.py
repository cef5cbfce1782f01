"""A loopback server that speaks OpenAI's wire, for the suite and the benchmarks. See `plans` for what it can do."""

from tests.wire.plans import CANARY
from tests.wire.server import Call, Wire, serve

__all__ = ["CANARY", "Call", "Wire", "serve"]
