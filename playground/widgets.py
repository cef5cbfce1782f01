"""Widgets: components as JSON, which is kept as it came: the SDK's types drop what they do not know.

A widget that grows is told in small updates: text that a component gained, a component that changed, else all of it.
"""

from collections.abc import Callable
from typing import Any, Self, TypeGuard

import orjson
from chatkit.types import WidgetComponentUpdated, WidgetRootUpdated, WidgetStreamingTextValueDelta
from chatkit.widgets import DynamicWidgetComponent, DynamicWidgetRoot
from pydantic import BaseModel, PrivateAttr, ValidationError

Json = dict[str, Any]
Update = WidgetStreamingTextValueDelta | WidgetComponentUpdated | WidgetRootUpdated

MOST_BYTES = 1_000_000
"""Of a widget's JSON."""
GROWING = ("Markdown", "Text")
"""Types of components whose `value` may come piece by piece."""


class WidgetError(ValueError):
    """This is no widget. The message is for the agent's author."""


class _Kept(BaseModel):
    """Something with the JSON that it came as."""

    _json: Json = PrivateAttr(default_factory=dict)

    @classmethod
    def keep(cls, value: Json) -> Self:
        """What this JSON is. Raises ValidationError."""
        return cls.model_validate(value).took(value)

    def took(self, value: Json) -> Self:
        """Itself, come as this JSON."""
        self._json = value
        return self

    @property
    def raw(self) -> Json:
        """The JSON. Not to be changed."""
        return self._json


class Part(_Kept, DynamicWidgetComponent):
    """A component."""


class Widget(_Kept, DynamicWidgetRoot):
    """A whole widget."""


def widget_of(value: object) -> Widget:
    """The widget that an author wrote, as JSON or as one of the SDK's. Raises WidgetError."""
    if isinstance(value, Widget):
        return value
    given = value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
    try:
        data = orjson.dumps([[[[given]]]])  # in a frame it lies that deep, and orjson goes no deeper than it goes
    except TypeError as error:
        raise WidgetError(f"A widget has to be JSON: {error}.") from error
    if len(data) > MOST_BYTES:
        raise WidgetError(f"A widget has at most {MOST_BYTES} bytes of JSON; this one has {len(data)}.")
    try:
        [[[[own]]]] = orjson.loads(data)  # a copy: whoever wrote it may go on writing
        return Widget.keep(own)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the widget"
        raise WidgetError(
            f"{where}: {first['msg']}. A widget is a Card, a ListView or a Basic of components."
        ) from None


def raw_of(widget: BaseModel) -> Json:
    """The JSON of any widget or component."""
    return widget.raw if isinstance(widget, Widget | Part) else widget.model_dump(mode="json", by_alias=True)


def same(one: object, other: object) -> bool:
    """Whether both are the same JSON, byte by byte."""
    return orjson.dumps(one) == orjson.dumps(other)


def updated(widget: Json, update: Update) -> Json:
    """The widget after an update; one that names a component which is not there leaves it as it is."""
    match update:
        case WidgetRootUpdated():
            return raw_of(update.widget)
        case WidgetComponentUpdated():
            component = raw_of(update.component)
            return _with(widget, update.component_id, lambda _: component)
        case WidgetStreamingTextValueDelta():
            return _with(widget, update.component_id, lambda node: _grown(node, update.delta, done=update.done))


def difference(before: Widget, after: Widget) -> list[Update]:
    """The updates that lead from one to the other, as few as there can be; none if they are the same."""
    if same(before.raw, after.raw):
        return []
    found = _changes(before.raw, after.raw, whole=True)
    reached = before.raw
    for update in found or ():
        reached = updated(reached, update)
    return found if found and same(reached, after.raw) else [WidgetRootUpdated(widget=after)]


def _changes(before: Json, after: Json, *, whole: bool = False) -> list[Update] | None:
    """What leads from one to the other; None if that takes an update of what is around them."""
    if same(before, after):
        return []
    name = after.get("id")
    named = isinstance(name, str) and before.get("id") == name and not whole
    if named and (grown := _growth(before, after)) is not None:
        return [grown]
    inside = _changed_children(before, after)
    if inside is None and named:
        return [WidgetComponentUpdated(component_id=str(name), component=Part.keep(after))]
    return inside


def _changed_children(before: Json, after: Json) -> list[Update] | None:
    old, new = before.get("children"), after.get("children")
    if not _components(old) or not _components(new) or len(old) != len(new):
        return None
    if not same({**before, "children": new}, after):
        return None
    changes = [_changes(one, other) for one, other in zip(old, new, strict=True)]
    found = [change for change in changes if change is not None]
    return sum(found, list[Update]()) if len(found) == len(changes) else None


def _growth(before: Json, after: Json) -> WidgetStreamingTextValueDelta | None:
    old, new = before.get("value"), after.get("value")
    if after.get("type") not in GROWING or not isinstance(old, str) or not isinstance(new, str):
        return None
    delta, done = new.removeprefix(old), not after.get("streaming")
    if not same(_grown(before, delta, done=done), after):
        return None
    return WidgetStreamingTextValueDelta(component_id=after["id"], delta=delta, done=done)


def _grown(node: Json, delta: str, *, done: bool) -> Json:
    value = node.get("value")
    if not isinstance(value, str | None):
        return node
    ended = {"streaming": False} if done and "streaming" in node else {}
    return {**node, "value": (value or "") + delta, **ended}


def _with(node: Json, name: str, change: Callable[[Json], Json]) -> Json:
    """The tree with the first component of that id changed."""
    if node.get("id") == name:
        return change(node)
    children = node.get("children")
    if _is_component(children):
        inside = _with(children, name, change)
        return node if inside is children else {**node, "children": inside}
    if not _components(children):
        return node
    for index, child in enumerate(children):
        inside = _with(child, name, change)
        if inside is not child:
            return {**node, "children": [*children[:index], inside, *children[index + 1 :]]}
    return node


def _is_component(value: object) -> TypeGuard[Json]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _components(value: object) -> TypeGuard[list[Json]]:
    return _is_list(value) and all(map(_is_component, value))


def settled(widget: Json) -> Json:
    """The widget with no text left that seems to come still."""
    children = widget.get("children")
    still = {"streaming": False} if widget.get("streaming") is True else {}
    if _is_component(children):
        return {**widget, **still, "children": settled(children)}
    if _components(children):
        return {**widget, **still, "children": [settled(child) for child in children]}
    return {**widget, **still}
