"""A loopback server that speaks the providers' wires, for the suite and the benchmarks. See `repertoire`."""

from tests.wire.http import Call
from tests.wire.plans import CANARY
from tests.wire.server import Wire, serve

__all__ = ["CANARY", "Call", "Wire", "serve"]
