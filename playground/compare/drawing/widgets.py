"""What a widget, a form or an image says, for who cannot use it: on shared pages, in files, without scripts. Pure.

It is Markdown, which `markdown.rendered` makes safe like any other. All that a widget's author wrote as text is
escaped in it, and buttons and fields are their labels.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from playground import wire
from playground.compare.drawing.citations import address
from playground.compare.drawing.markdown import plain
from playground.compare.parts import Form, Image, Widget

DEEPEST = 24
"""Components in each other; what lies deeper is left out, as is what comes after the first so many."""
MOST = 1_000
LONGEST_TABLE = 50
"""Rows of a chart's data."""

Node = dict[str, Any]


def words(part: Widget | Form | Image) -> str:
    """What a part says, as Markdown."""
    match part:
        case Widget():
            return widget_words(part.widget) or part.text or "*An empty widget.*"
        case Form():
            return form_words(part)
        case Image():
            return image_words(part)


def widget_words(widget: Any) -> str:
    """What a widget's JSON says; whatever is odd in it is left out."""
    return "\n\n".join(filter(None, _Reader().blocks(widget, 0)))


def form_words(form: Form) -> str:
    """What was asked, what could be chosen, and what was answered."""
    lines = ["The agent asks:" if form.status == "pending" else "The agent asked:"]
    for question in form.questions:
        lines.append(f"**{plain(question.question)}**")
        said = ", ".join(map(plain, question.answers)) or ("*skipped*" if question.skipped else "")
        offered = "\n".join(f"- {plain(option)}" for option in question.options)
        lines.append(said or offered)
    return "\n\n".join(filter(None, lines))


def image_words(image: Image) -> str:
    """That there is an image, and where."""
    return f"[An image that was made](<{address(image.url)}>)" if _leads_out(image.url) else "*An image was made.*"


def _leads_out(url: str) -> bool:
    return url.startswith(("https://", "http://"))


# -- components -------------------------------------------------------------------------------------------------


class _Reader:
    """Walks through one widget."""

    def __init__(self) -> None:
        self._left = MOST

    def blocks(self, value: Any, depth: int) -> Iterator[str]:
        """The paragraphs of a component, or of several."""
        for node in _nodes(value):
            self._left -= 1
            if self._left < 0 or depth > DEEPEST:
                return
            kind = _text(node, "type")
            if kind in {"ListView", "Row"}:
                yield from self._together(node, kind, depth)
            elif kind in _SAYS:
                yield _SAYS[kind](node)
            else:
                yield from self._other(node, depth)

    def _together(self, node: Node, kind: str, depth: int) -> Iterator[str]:
        if kind == "ListView":
            items = [" · ".join(self._inner(child, depth)) for child in _nodes(node.get("children"))]
            yield "\n".join(f"- {item}" for item in items if item)
            return
        inner = self._inner(node, depth)
        if any("\n" in block for block in inner):
            yield from inner
        else:
            yield " ".join(inner)

    def _inner(self, node: Node, depth: int) -> list[str]:
        return list(filter(None, self.blocks(node.get("children"), depth + 1)))

    def _other(self, node: Node, depth: int) -> Iterator[str]:
        """A box of any kind, also one not known here: what it says of itself, what is in it, and its buttons."""
        yield from (plain(text) for name in ("title", "label", "value", "text") if (text := _text(node, name)))
        status = wire.as_object(node.get("status"))
        if status and (said := _text(status, "text")):
            yield f"*{plain(said)}*"
        yield from self.blocks(node.get("children"), depth + 1)
        buttons = [wire.as_object(node.get(name)) for name in ("confirm", "cancel")]
        yield " ".join(_button(one) for one in buttons if one)


def _nodes(value: Any) -> Iterable[Node]:
    many = wire.as_list(value)
    found = [value] if many is None else many
    return [node for one in found if (node := wire.as_object(one)) is not None]


def _text(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def _value(node: Node) -> str:
    return plain(_text(node, "value"))


def _strong(node: Node) -> str:
    said = _value(node)
    return f"**{said}**" if said else ""


def _quiet(node: Node) -> str:
    said = _value(node)
    return f"*{said}*" if said else ""


def _button(node: Node) -> str:
    label = plain(_text(node, "label") or _text(node, "iconStart"))
    return f"\\[{label}\\]" if label else ""


def _badge(node: Node) -> str:
    label = plain(_text(node, "label"))
    return f"({label})" if label else ""


def _image(node: Node) -> str:
    alt, source = plain(_text(node, "alt")) or "Image", _text(node, "src")
    return f"[{alt}](<{address(source)}>)" if _leads_out(source) else f"*{alt}*"


def _field(node: Node) -> str:
    name = plain(_text(node, "placeholder") or _text(node, "name"))
    given = "" if node.get("inputType") == "password" else plain(_text(node, "defaultValue"))
    return f"{name}: {given or '…'}"


def _choice(node: Node) -> str:
    name = plain(_text(node, "ariaLabel") or _text(node, "placeholder") or _text(node, "name"))
    chosen = _text(node, "defaultValue")
    options = [
        f"**{label}**" if _text(one, "value") == chosen else label
        for one in _nodes(node.get("options") or [])
        if (label := plain(_text(one, "label") or _text(one, "value")))
    ]
    return f"{name}: {' / '.join(options)}"


def _checkbox(node: Node) -> str:
    sign = "☑" if node.get("defaultChecked") is True else "☐"
    return f"{sign} {plain(_text(node, 'label') or _text(node, 'name'))}"


def _chart(node: Node) -> str:
    """A chart's figures, as a table."""
    axis = wire.as_object(node.get("xAxis"))
    x = _text(axis, "dataKey") if axis else _text(node, "xAxis")
    series = [(_text(one, "dataKey"), _text(one, "label")) for one in _nodes(node.get("series") or [])]
    columns = [(x, x), *((key, label or key) for key, label in series)]
    rows = [[_text(row, key) for key, _ in columns] for row in _nodes(node.get("data") or [])]
    lines = [[label for _, label in columns], ["---"] * len(columns), *rows[:LONGEST_TABLE]]
    shown = [[cell if at == 1 else plain(cell) or " " for cell in line] for at, line in enumerate(lines)]
    more = f"\n\n… {len(rows) - LONGEST_TABLE} rows more" if len(rows) > LONGEST_TABLE else ""
    return "\n".join(f"| {' | '.join(line)} |" for line in shown) + more


_SAYS: Mapping[str, Callable[[Node], str]] = {
    "Text": _value,
    "Title": _strong,
    "Label": _strong,
    "Caption": _quiet,
    "Markdown": lambda node: _text(node, "value"),
    "Badge": _badge,
    "Button": _button,
    "Image": _image,
    "Input": _field,
    "Textarea": _field,
    "DatePicker": _field,
    "Select": _choice,
    "RadioGroup": _choice,
    "Checkbox": _checkbox,
    "Chart": _chart,
    "Divider": lambda _node: "---",
    "Icon": lambda _node: "",
    "Spacer": lambda _node: "",
}
