"""What tools take and give, and how long they took, as a person reads it."""

import json
import re
from typing import Any

from playground import wire


def fenced(text: str, language: str = "") -> str:
    """The text as a Markdown code block that nothing inside it can end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def pretty(text: str) -> str:
    """JSON indented, anything else in a plain block."""
    try:
        return fenced(json.dumps(json.loads(text), indent=2, ensure_ascii=False), "json")
    except (ValueError, RecursionError):  # too long a number, or too deep
        return fenced(text)


def spell(seconds: float) -> str:
    """A duration as a person reads it."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def plain(item_type: str) -> str:
    """The type of a provider's own tool call in plain words."""
    return item_type.removesuffix("_call").replace("_", " ").capitalize()


def readable(output: Any) -> str:
    """A tool's output as text."""
    if isinstance(output, str):
        return output
    parts = wire.as_list(output) or [output]
    objects = [found for part in parts if (found := wire.as_object(part)) is not None]
    return "\n".join(str(part.get("text", f"[{part.get('type', 'content')}]")) for part in objects)
