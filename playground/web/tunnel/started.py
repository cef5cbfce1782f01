"""The public link of a serving process: opened if it was asked for, and told on its terminal."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncGenerator

from playground.access.owner import owner_token
from playground.parts import Playground
from playground.secret import load_secret
from playground.web.process import address_of, reached_at
from playground.web.tunnel.announcement import announcement
from playground.web.tunnel.link import Link
from playground.web.tunnel.sharing import Sharing, shared


@contextlib.asynccontextmanager
async def public_link(
    parts: Playground, link: Link, bound: socket.socket, listening: asyncio.Event
) -> AsyncGenerator[None]:
    """With `share`, keeps a link open from the moment that we listen until the block is left."""
    if not parts.settings.share:
        yield
        return
    owner = f"{address_of(bound)}/owner"
    on_terminal = sys.stdout.isatty()
    if on_terminal:
        owner += f"#{owner_token(parts.settings, await asyncio.to_thread(load_secret, parts.settings))}"
    else:  # the token would be kept in somebody's log
        owner += " (`python -m playground owner` prints its token)"

    def told(url: str) -> None:
        drawable = on_terminal and sys.stdout.encoding.lower().startswith("utf")
        _print(announcement(url, caps=parts.policy.caps, owner=owner, code=drawable))

    sharing = Sharing(parts.settings, link, reached_at(bound), told=told, failed=lambda note: _print(f"{note}\n"))
    async with shared(sharing, listening):
        yield


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
