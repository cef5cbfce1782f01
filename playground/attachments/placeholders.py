"""What stands for a file in a history, so that it stays small wherever it is kept. Pure."""

from typing import Any

from playground import wire

SCHEME = "attachment:"


def placeholder(attachment_id: str, name: str) -> dict[str, Any]:
    """A part of a message that stands for a file."""
    return {"type": "input_file", "file_id": f"{SCHEME}{attachment_id}", "filename": name}


def file_of(part: Any) -> tuple[str, str] | None:
    """The id and the name of the file that a part stands for, if it stands for one."""
    fields = wire.as_object(part) or {}
    file_id = str(fields.get("file_id") or "")
    if fields.get("type") != "input_file" or not file_id.startswith(SCHEME):
        return None
    return file_id.removeprefix(SCHEME), str(fields.get("filename") or "file")
