"""Server-sent events, without any I/O: bytes go in as they arrive, the data of whole events comes out."""

import codecs

MAX_EVENT_BYTES = 32 * 1024 * 1024
"""More than any provider's answer; a stream that never ends an event must not fill the memory."""


class SseSplitter:
    """Cuts a byte stream into the `data` of its events. Event names, ids, comments and events without data are dropped.

    Line ends may be LF, CRLF or CR, and the bytes may be cut anywhere. An event that the stream's end leaves
    unfinished is not an event.
    """

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The events that `chunk` completes.

        Raises:
            ValueError: an event is larger than `MAX_EVENT_BYTES`.
        """
        self._held.append(chunk)
        self._size += len(chunk)
        if b"\n" not in chunk and b"\r" not in chunk:
            return self._checked([])  # nothing can have ended: a long line is joined once, not once per chunk
        blocks = _lf(b"".join(self._held)).split(b"\n\n")
        rest = blocks.pop()
        self._held, self._size = [rest], len(rest)
        return self._checked([data for block in blocks if (data := _data(block)) is not None])

    def _checked(self, found: list[bytes]) -> list[bytes]:
        if self._size > MAX_EVENT_BYTES:
            raise ValueError("an event of the stream is too large")
        return found


def _lf(text: bytes) -> bytes:
    """Line ends as LF. A CR at the very end stays: the LF that belongs to it may still come."""
    if b"\r" not in text:
        return text
    end = b"\r" if text.endswith(b"\r") else b""
    return text[: len(text) - len(end)].replace(b"\r\n", b"\n").replace(b"\r", b"\n") + end


def _data(block: bytes) -> bytes | None:
    """What a block carries. Some servers say nothing in one, for the connection; some begin with a byte order mark."""
    if block.startswith(b"data: ") and b"\n" not in block:
        return block[6:] or None
    lines = block.removeprefix(codecs.BOM_UTF8).split(b"\n")
    return b"\n".join(line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:")) or None
