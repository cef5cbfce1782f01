"""What a message or a tool says, as Anthropic's blocks: text, pictures, documents."""

import base64
import binascii
import mimetypes
import re
from collections.abc import Iterable
from typing import Any, TypeAlias, cast

from agents.exceptions import UserError

Block: TypeAlias = dict[str, Any]
"""One content block, as it goes over the wire."""

_PICTURES = {"image/jpeg", "image/png", "image/gif", "image/webp"}
_DATA_URL = re.compile(r"data:([^;,]*)(?:;[^,;]*)*?;base64,(.*)", re.DOTALL)
_TEXTS = {"application/json", "application/xml", "application/yaml", "application/javascript", "application/x-yaml"}


def text_block(text: object) -> list[Block]:
    """One block, or none: a text without a word in it is refused."""
    return [{"type": "text", "text": text}] if isinstance(text, str) and text.strip() else []


def given(content: object) -> list[Block]:
    """What a user or a tool gave: a text, or parts of several kinds.

    Raises:
        UserError: a part of a kind that Anthropic does not read.
    """
    if isinstance(content, list):
        parts = cast("Iterable[Block]", content)
        return [block for part in parts for block in _part(part)]
    return [] if content is None else text_block(str(content))


def said(content: object) -> list[Block]:
    """What an assistant said: all parts in their order, refusals as text."""
    if not isinstance(content, list):
        return text_block(content)
    parts = cast("Iterable[Block]", content)
    return [block for part in parts for block in text_block(part.get("text") or part.get("refusal"))]


def _part(part: Block) -> list[Block]:
    match part.get("type"):
        case "input_text" | "output_text" | "text":
            return text_block(part.get("text"))
        case "input_image":
            return [_picture(part)]
        case "input_file":
            return [_file(part)]
        case kind:
            raise UserError(f"Anthropic's models do not read {kind or 'this kind of content'}.")


def _picture(part: Block) -> Block:
    if file_id := part.get("file_id"):
        return {"type": "image", "source": {"type": "file", "file_id": file_id}}
    url = str(part.get("image_url") or "")
    if inline := _DATA_URL.fullmatch(url):
        return _inline_picture(inline[1], inline[2])
    if not url.startswith(("http://", "https://")):
        raise UserError("A picture for Anthropic's models needs a web address, a data URL or a file id.")
    return {"type": "image", "source": {"type": "url", "url": url}}


def _inline_picture(media_type: str, data: str) -> Block:
    media_type = "image/jpeg" if media_type == "image/jpg" else media_type
    if media_type not in _PICTURES:
        raise UserError(
            f"Anthropic's models read JPEG, PNG, GIF and WebP pictures, not {media_type or 'unknown ones'}."
        )
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def _file(part: Block) -> Block:
    title: Block = {"title": part["filename"]} if part.get("filename") else {}
    if file_id := part.get("file_id"):
        return {"type": "document", "source": {"type": "file", "file_id": file_id}, **title}
    if url := part.get("file_url"):
        return {"type": "document", "source": {"type": "url", "url": url}, **title}
    inline = _DATA_URL.fullmatch(str(part.get("file_data") or ""))
    data = inline[2] if inline else str(part.get("file_data") or "")
    media_type = (inline[1] if inline else "") or _guessed(str(part.get("filename") or ""), data)
    if media_type.startswith("image/"):
        return _inline_picture(media_type, data)
    return {"type": "document", "source": _document(media_type, data), **title}


def _guessed(filename: str, data: str) -> str:
    """Without a media type: the name tells, or the first bytes do."""
    return mimetypes.guess_type(filename)[0] or ("application/pdf" if data.startswith("JVBERi") else "text/plain")


def _document(media_type: str, data: str) -> Block:
    if media_type == "application/pdf":
        return {"type": "base64", "media_type": media_type, "data": data}
    if not media_type.startswith("text/") and media_type not in _TEXTS:
        raise UserError(f"Anthropic's models read PDF and text files, not {media_type}.")
    try:
        text = base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        raise UserError("A text file for Anthropic's models must be base64 of UTF-8.") from None
    return {"type": "text", "media_type": "text/plain", "data": text}
