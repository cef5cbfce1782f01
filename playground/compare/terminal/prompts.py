"""The prompts of a batch, read from a file: all of them, or an error that names the line. Nothing is guessed."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from playground import wire


class PromptsError(ValueError):
    """A file of prompts that cannot be used. The message names the file and, where there is one, the line."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A message to send. `line` is where it begins in its file, from 1; `fields` are what else was said of it there."""

    text: str
    line: int
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])


def read_prompts(path: Path, *, longest: int) -> tuple[Prompt, ...]:
    """The prompts of a file: CSV with a column `prompt`, JSON lines with a field `prompt`, or text with one a line.

    UTF-8, with or without a byte order mark; empty lines are skipped. `longest` is in characters.

    Raises:
        PromptsError: the file cannot be read, a line is not what it should be, or there is none.
    """
    text = _text(path)
    match path.suffix.lower():
        case ".csv":
            found = tuple(_from_csv(path, text))
        case ".jsonl" | ".ndjson":
            found = tuple(_from_json(path, text))
        case ".txt" | "":
            found = tuple(Prompt(line, number) for number, line in _lines(text))
        case other:
            raise PromptsError(f"{path}: prompts are read from .txt, .csv and .jsonl files, not from {other}.")
    for prompt in found:
        if len(prompt.text) > longest:
            raise _wrong(path, prompt.line, f"the prompt has more than {longest:,} characters")
    if not found:
        raise PromptsError(f"{path}: there is no prompt in it.")
    return found


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PromptsError(f"{path}: {error.strerror}.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(path, data.count(b"\n", 0, error.start) + 1, "this is not UTF-8 text") from error


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that hold something, numbered. Only a line's end ends one, not every character that might."""
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        if line.strip():
            yield number, line.strip()


def _from_json(path: Path, text: str) -> Iterator[Prompt]:
    for number, line in _lines(text):
        try:
            fields = wire.as_object(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            raise _wrong(path, number, f"this is not JSON: {error.msg}") from error
        if fields is None:
            raise _wrong(path, number, 'this is not a JSON object such as {"prompt": "…"}')
        yield _prompt(path, number, fields)


def _from_csv(path: Path, text: str) -> Iterator[Prompt]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    last = 0
    try:
        for row in reader:
            first, last = last + 1, reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if header is None:
                header = _header(path, first, row)
            else:
                yield _prompt(path, first, _cells(path, first, header, row))
    except csv.Error as error:
        raise _wrong(path, last + 1, f"this is not CSV: {error}") from error


def _header(path: Path, line: int, row: list[str]) -> list[str]:
    names = [name.strip() for name in row]
    if "prompt" not in names:
        raise _wrong(path, line, f"there is no column named prompt, only {', '.join(names)}")
    if len(set(names)) < len(names):
        raise _wrong(path, line, "two columns have the same name")
    return names


def _cells(path: Path, line: int, header: list[str], row: list[str]) -> dict[str, Any]:
    if len(row) != len(header):
        raise _wrong(path, line, f"there are {len(row)} columns, and {len(header)} in the header")
    return dict(zip(header, row, strict=True))


def _prompt(path: Path, line: int, fields: Mapping[str, Any]) -> Prompt:
    text = fields.get("prompt")
    if not isinstance(text, str):
        raise _wrong(path, line, "there is no text named prompt")
    if not text.strip():
        raise _wrong(path, line, "the prompt is empty")
    return Prompt(text.strip(), line, {name: value for name, value in fields.items() if name != "prompt"})


def _wrong(path: Path, line: int, what: str) -> PromptsError:
    return PromptsError(f"{path}, line {line}: {what}.")
