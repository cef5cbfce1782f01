"""What a file really is, told from its bytes. Blocking: off the event loop."""

import codecs
import re
from collections.abc import Callable
from typing import IO, Any, cast

import puremagic

from playground.attachments import pictures
from playground.attachments.kinds import kind_of
from playground.errors import Malformed

HEAD = 4096
"""Bytes by which a file is recognised."""
BLOCK = 1 << 18

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""No text holds these. An escape it may: logs have colours."""


def check(file: IO[bytes], mime_type: str) -> None:
    """Raise Malformed unless the file is what it says, and can be read."""
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise Malformed("The file is empty.")
    kind = kind_of(mime_type)
    if kind == "text":
        _check_text(file)
        return
    if mime_type not in _recognised(head):
        raise Malformed("The file is not of the type {type} that it says.", type=mime_type)
    if kind == "image":
        pictures.check(file, mime_type)


def _recognised(head: bytes) -> set[str]:
    """The types that the bytes begin as."""
    recognise = cast("Callable[[bytes], list[Any]]", puremagic.magic_string)  # pyright: ignore[reportUnknownMemberType]
    try:
        return {match.mime_type for match in recognise(head) if match.offset <= 8}  # WebP says so behind a length
    except (puremagic.PureError, ValueError):
        return set()


def _check_text(file: IO[bytes]) -> None:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(BLOCK):
            _refuse_controls(decoder.decode(block))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Malformed("This is not a text file in UTF-8.") from None


def _refuse_controls(text: str) -> None:
    if _CONTROLS.search(text):
        raise Malformed("This is not a text file in UTF-8.")
