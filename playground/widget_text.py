"""A widget in plain words: for a model, an export, or a reader whose UI cannot draw it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from playground import wire

MOST_CHARS = 2_000
"""Of a widget's text. What is longer is cut."""

Json = Mapping[str, Any]


def widget_text(payload: Json, *, most: int = MOST_CHARS) -> str:
    """What a widget's item says: its `copy_text`, or else what its components say, in at most `most` characters."""
    text = str(payload.get("copy_text") or _said(payload["widget"])).strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _said(node: Json) -> str:
    say = _KINDS.get(str(node.get("type")), _block)
    return say(node)


def _children(node: Json) -> list[str]:
    children = node.get("children")
    inside = [children] if wire.as_object(children) else wire.as_list(children) or []
    return [said for child in inside if (one := wire.as_object(child)) and (said := _said(one))]


def _block(node: Json) -> str:
    status = wire.as_object(node.get("status")) or {}
    own = [status.get("text"), *(node.get(name) for name in ("title", "label", "value", "text", "content", "alt"))]
    buttons = [wire.as_object(node.get(name)) or {} for name in ("confirm", "cancel")]
    lines = [_plain(one) for one in own] + _children(node) + [_button(one) for one in buttons if one]
    return "\n".join(line for line in lines if line)


def _line(node: Json) -> str:
    return " ".join(said.replace("\n", " ") for said in _children(node))


def _row(node: Json) -> str:
    line = _line(node)
    return f"- {line}" if line else ""


def _button(node: Json) -> str:
    label = _plain(node.get("label"))
    return f"[{label}]" if label else ""


def _checkbox(node: Json) -> str:
    return f"[{'x' if node.get('defaultChecked') else ' '}] {_plain(node.get('label') or node.get('name'))}"


def _image(node: Json) -> str:
    return f"(image: {_plain(node.get('alt'))})" if node.get("alt") else "(image)"


def _field(node: Json) -> str:
    value = _plain(node.get("defaultValue"))
    return f"{_plain(node.get('label') or node.get('placeholder') or node.get('name'))}: {value}"


def _choice(node: Json) -> str:
    options = [wire.as_object(one) or {} for one in wire.as_list(node.get("options")) or []]
    labels = ", ".join(_plain(one.get("label") or one.get("value")) for one in options)
    return f"{_field(node)} ({labels})"


def _chart(node: Json) -> str:
    rows: Sequence[Any] = wire.as_list(node.get("data")) or []
    return "\n".join(", ".join(f"{key}: {value}" for key, value in (wire.as_object(row) or {}).items()) for row in rows)


def _nothing(_node: Json) -> str:
    return ""


def _plain(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


_KINDS: Mapping[str, Callable[[Json], str]] = {
    "Row": _line,
    "ListViewItem": _row,
    "Button": _button,
    "Checkbox": _checkbox,
    "Image": _image,
    "Input": _field,
    "Textarea": _field,
    "DatePicker": _field,
    "Select": _choice,
    "RadioGroup": _choice,
    "Chart": _chart,
    "Icon": _nothing,
    "Spacer": _nothing,
    "Divider": _nothing,
}
