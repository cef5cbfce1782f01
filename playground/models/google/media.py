"""What a user or a tool gives, as texts and as media: pictures, documents, sound. The same for both wires."""

import base64
import binascii
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from agents.exceptions import UserError

Kind: TypeAlias = Literal["image", "audio", "video", "document"]

_DATA_URL = re.compile(r"data:([^;,]*)(?:;[^;,]*)*?;base64,(.*)", re.DOTALL)
_TEXTS = {
    "application/json",
    "application/xml",
    "application/yaml",
    "application/x-yaml",
    "application/javascript",
    "application/toml",
}
_OFFICE = ("application/vnd.openxmlformats-officedocument", "application/vnd.ms-", "application/vnd.oasis.")
_DOCUMENTS = {"application/pdf", "application/msword"}


@dataclass(frozen=True, slots=True)
class Media:
    """Something that is not text: either its bytes (`data`, base64) or where they are (`uri`)."""

    kind: Kind
    mime_type: str
    data: str = ""
    uri: str = ""


Given: TypeAlias = str | Media


def given(content: object) -> list[Given]:
    """What a message of the user's or a tool's result holds, in its order; no empty texts.

    Raises:
        UserError: a part of a kind that Gemini does not read.
    """
    if isinstance(content, list):
        parts = cast("Iterable[dict[str, Any]]", content)
        return [one for part in parts if (one := _part(part))]
    text = content if isinstance(content, str) else str(content)
    return [text] if text else []


def said(content: object) -> list[str]:
    """What an assistant said, part by part; refusals as text."""
    if isinstance(content, list):
        parts = cast("Iterable[dict[str, Any]]", content)
        return [text for part in parts if (text := str(part.get("text") or part.get("refusal") or ""))]
    return [content] if isinstance(content, str) and content else []


def _part(part: dict[str, Any]) -> Given:
    match part.get("type"):
        case "input_text" | "output_text" | "text":
            return str(part.get("text") or "")
        case "input_image":
            return _placed(str(part.get("image_url") or ""), part, "a picture", "image/*")
        case "input_audio":
            sound = cast("dict[str, Any]", part.get("input_audio") or {})
            return Media("audio", f"audio/{sound.get('format') or 'wav'}", data=str(sound.get("data") or ""))
        case "input_file":
            return _file(part)
        case kind:
            raise UserError(f"Google's models do not read {kind or 'this kind of content'}.")


def _file(part: dict[str, Any]) -> Given:
    name, data = str(part.get("filename") or ""), str(part.get("file_data") or "")
    if not data:
        return _placed(str(part.get("file_url") or ""), part, "a file", _guessed(name) or "application/pdf")
    inline = _DATA_URL.fullmatch(data)
    mime_type = (inline[1] if inline else "") or _guessed(name)
    data = inline[2] if inline else data
    if _is_text(mime_type):
        return _decoded(data, name)
    return Media(_kind(mime_type, name), mime_type, data=data)


def _placed(url: str, part: dict[str, Any], what: str, mime_type: str) -> Media:
    """Something that has an address. Google's own files are known by theirs."""
    url = url or str(part.get("file_id") or "")
    if inline := _DATA_URL.fullmatch(url):
        return Media(_kind(inline[1], what), inline[1], data=inline[2])
    if not url.startswith(("http://", "https://", "gs://")):
        raise UserError(
            f"For Google's models {what} needs a web address or its data; ids of other providers' files won't do."
        )
    found = _guessed(url.partition("?")[0]) or mime_type
    return Media("image" if mime_type == "image/*" else _kind(found, what), found, uri=url)


def _kind(mime_type: str, name: str) -> Kind:
    family = mime_type.partition("/")[0]
    if family in {"image", "audio", "video"}:
        return cast("Kind", family)
    if family == "text" or mime_type in _DOCUMENTS | _TEXTS or mime_type.startswith(_OFFICE):
        return "document"
    raise UserError(f"Google's models do not read files of the type {mime_type or 'of ' + (name or 'this one')}.")


def _is_text(mime_type: str) -> bool:
    return mime_type.startswith("text/") or mime_type in _TEXTS


def _decoded(data: str, name: str) -> str:
    """A text file as text: its name, then what it says."""
    try:
        text = base64.b64decode(data, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise UserError(f"The data of the file {name or 'that was given'} is not base64.") from None
    return f"{name}:\n{text}" if name else text


def _guessed(name: str) -> str:
    return mimetypes.guess_type(name, strict=False)[0] or ""
