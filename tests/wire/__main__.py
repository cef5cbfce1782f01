"""`python -m tests.wire --port 0`: prints the base URL and serves until it is ended."""

import argparse
import asyncio
from collections.abc import Iterable
from contextlib import suppress

from tests.wire.server import serve


async def main(port: int, lacks: Iterable[str]) -> None:
    """Serves for ever."""
    async with serve(port) as wire:
        wire.lacks = frozenset(lacks)
        print(wire.base_url, flush=True)
        await asyncio.Event().wait()


parser = argparse.ArgumentParser(prog="python -m tests.wire")
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--without", nargs="*", default=(), metavar="PATH", help="answer 404 to these")
options = parser.parse_args()
with suppress(KeyboardInterrupt):
    asyncio.run(main(options.port, options.without))
