"""`python -m tests.wire --port 0`: prints the base URL and serves until it is ended."""

import argparse
import asyncio
from contextlib import suppress

from tests.wire.server import serve


async def main(port: int) -> None:
    """Serves for ever."""
    async with serve(port) as wire:
        print(wire.base_url, flush=True)
        await asyncio.Event().wait()


parser = argparse.ArgumentParser(prog="python -m tests.wire")
parser.add_argument("--port", type=int, default=0)
with suppress(KeyboardInterrupt):
    asyncio.run(main(parser.parse_args().port))
