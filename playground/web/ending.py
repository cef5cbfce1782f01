"""A stream ends when the one who reads it is let in no more. What began as one answer may go on for hours."""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import Message, Send

STREAM = "text/event-stream"


def while_let_in(send: Send, let_in: Callable[[], bool]) -> Send:
    """A `send` that ends a stream, and sends no more of it, once `let_in` says no. It is asked before every write."""
    streams = ended = False

    async def sending(message: Message) -> None:
        nonlocal streams, ended
        if ended:
            return
        if message["type"] == "http.response.start":
            streams = Headers(raw=message.get("headers", [])).get("content-type", "").startswith(STREAM)
        elif streams and message.get("more_body") and not let_in():
            ended = True
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await send(message)

    return sending
