"""Which files are taken, by what they say they are. Pure."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Literal

from playground import wire
from playground.errors import Malformed

Kind = Literal["image", "pdf", "text"]

PICTURES = {"image/png": [".png"], "image/jpeg": [".jpg", ".jpeg"], "image/gif": [".gif"], "image/webp": [".webp"]}
PDF = "application/pdf"
PLAIN = "text/plain"
_CODE: list[str] = re.findall(
    r"\S+",
    """.txt .text .log .rst .tex .toml .yaml .yml .ini .cfg .conf .sql .diff .patch .xml .html .css .scss .js .mjs .jsx
    .ts .tsx .vue .py .ipynb .rb .php .pl .lua .r .jl .java .kt .swift .go .rs .c .h .cc .cpp .hpp .cs .m .sh .ps1""",
)

ACCEPT: dict[str, list[str]] = {
    **PICTURES,
    PDF: [".pdf"],
    PLAIN: _CODE,
    "text/markdown": [".md", ".markdown"],
    "text/csv": [".csv", ".tsv"],
    "application/json": [".json", ".jsonl"],
}
"""The types that are taken, each with the endings of its files: what ChatKit's composer wants to know."""

FEW = (*PICTURES, PDF, PLAIN, "text/markdown", "text/csv", "application/json")
"""The types that strangers may send: no HTML, no code by its own type, nothing that is a program's to read."""
_FEW_ENDINGS = {PLAIN: [".txt", ".text", ".log"]}


def accepted(*, strict: bool) -> dict[str, list[str]]:
    """The types that are taken, each with the endings of its files."""
    return {kind: _FEW_ENDINGS.get(kind, ACCEPT[kind]) for kind in FEW} if strict else ACCEPT


_BY_ENDING = {ending: mime_type for mime_type, endings in ACCEPT.items() for ending in endings}
_TEXTS = re.compile(
    r"text/[\w.+-]+|application/(json|xml|yaml|toml|sql|[\w.-]+\+(json|xml|yaml)|"
    r"(x-)?(javascript|typescript|sh|shellscript|python|python-code|yaml|toml|httpd-php|ruby|perl|tex|latex|ndjson))"
)
_NOT_SAID = re.compile(r"|application/octet-stream|application/x-\w+|video/mp2t|application/vnd\.ms-excel")
"""What browsers say of files whose endings they do not know, or know as something else: ask the ending."""
_LONGEST_NAME = 120
_LONGEST_ENDING = 16


def settled(mime_type: str, name: str, *, strict: bool = False) -> str:
    """The type that a file with this name counts as. Raises Malformed for one that is not taken."""
    kind = _settled(mime_type, name)
    few = accepted(strict=True)
    odd = kind_of(kind) == "text" and PurePosixPath(name).suffix.lower() not in (*few.get(kind, ()), "")
    if strict and (kind not in few or odd):
        raise Malformed("Files of this type are not taken here. Images, PDF and plain text files are.")
    return kind


def _settled(mime_type: str, name: str) -> str:
    said = mime_type.partition(";")[0].strip().lower()
    said = "image/jpeg" if said == "image/jpg" else said
    if said in PICTURES or said == PDF or (_TEXTS.fullmatch(said) and len(said) <= 100):
        return said
    ending = PurePosixPath(name).suffix.lower()
    if _NOT_SAID.fullmatch(said) and ending in _BY_ENDING:
        return _BY_ENDING[ending]
    raise Malformed("Files of this type are not taken. Images (PNG, JPEG, GIF, WebP), PDF and text files are.")


def kind_of(mime_type: str) -> Kind:
    """What a type that is taken is to a model."""
    return "image" if mime_type in PICTURES else "pdf" if mime_type == PDF else "text"


def cleaned(name: str) -> str:
    """A name that can be shown and saved anywhere: no folders, no controls, nothing that turns its letters around."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", wire.clean(name)))[-1]
    spaced = "".join(" " if char.isspace() else char for char in last)
    shown = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    plain = " ".join(re.sub(r'[<>:"|?*\ufffd]', "_", shown).split()).strip(". ")
    if len(plain) > _LONGEST_NAME:
        ending = PurePosixPath(plain).suffix[:_LONGEST_ENDING]
        plain = f"{plain[: _LONGEST_NAME - len(ending)]}{ending}"
    return plain or "file"
