"""One of every component that the SDK has, with every field that it takes."""

from typing import Any

from chatkit import widgets
from chatkit.widgets import WidgetComponentBase

ACTION = {"type": "pressed", "payload": {"id": 7}, "handler": "server", "loadingBehavior": "auto", "streaming": True}
THEMED = {"light": "red-700", "dark": "red-200"}
SPACING = {"top": 1, "right": "8px", "bottom": 2, "left": 1, "x": 1, "y": "4px"}
BORDERS = {"top": 1, "bottom": {"size": 2, "color": "strong", "style": "dashed"}, "x": {"size": 1, "color": THEMED}}
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="
WORD = {"type": "Text", "value": "a word"}
SIZES = {"height": 120, "width": "80%", "size": 90, "minHeight": 10, "minWidth": 20, "minSize": 5} | {
    "maxHeight": 300,
    "maxWidth": "20rem",
    "maxSize": "90%",
    "aspectRatio": "16/9",
    "flex": 1,
}
BOX = {
    "children": [WORD],
    "align": "center",
    "justify": "between",
    "wrap": "wrap",
    "gap": 2,
    "padding": SPACING,
    "margin": 1,
} | {"border": BORDERS, "radius": "lg", "background": "surface-secondary", **SIZES}
SAID = {"color": "secondary", "weight": "semibold", "size": "md", "textAlign": "start"}
LINES = {**SAID, "truncate": False, "maxLines": 2}
FIELD = {
    "required": True,
    "placeholder": "Type",
    "autoSelect": True,
    "autoFocus": True,
    "disabled": False,
    "size": "md",
} | {"variant": "outline", "gutterSize": "md", "pattern": "[a-z]+", "allowAutofillExtensions": True}
PICKED = {
    "onChangeAction": ACTION,
    "placeholder": "Pick",
    "variant": "soft",
    "size": "sm",
    "pill": True,
    "block": True,
} | {"clearable": True, "disabled": False}
ROW = {"type": "ListViewItem", "key": "row", "children": [WORD], "onClickAction": ACTION}

SAMPLES: dict[str, dict[str, Any]] = {
    "Card": {"asForm": True, "children": [WORD], "background": "surface", "size": "sm", "padding": 2, "collapsed": True}
    | {"status": {"text": "a status", "favicon": PIXEL, "frame": True}, "theme": "dark"}
    | {"confirm": {"label": "Yes", "action": ACTION}, "cancel": {"label": "No", "action": ACTION}},
    "ListView": {"children": [ROW, ROW], "limit": 1, "status": {"text": "a list", "icon": "info"}, "theme": "light"},
    "Basic": {"children": [WORD]},
    "ListViewItem": {"children": [WORD], "onClickAction": ACTION, "gap": 2, "align": "center"},
    "Markdown": {"value": "**bold**", "streaming": True},
    "Text": {"value": "a text", "streaming": True, "italic": True, "lineThrough": True, "width": 200, "minLines": 1}
    | {"editable": False, **LINES},
    "Title": {"value": "a title", **LINES},
    "Caption": {"value": "a caption", **LINES},
    "Badge": {"label": "a badge", "color": "success", "variant": "solid", "size": "md", "pill": True},
    "Box": {**BOX, "direction": "row"},
    "Row": BOX,
    "Col": BOX,
    "Form": {**BOX, "direction": "col", "onSubmitAction": ACTION},
    "Divider": {"color": "strong", "size": 2, "spacing": 2, "flush": True},
    "Icon": {"name": "star", "color": "warning", "size": "xl"},
    "Image": {"src": PIXEL, "alt": "a picture", "fit": "cover", "position": "top left", "radius": "md", "frame": True}
    | {"flush": False, "margin": SPACING, "background": THEMED, **SIZES},
    "Button": {
        "submit": False,
        "label": "a button",
        "onClickAction": ACTION,
        "iconStart": "star",
        "iconEnd": "lucide:x",
    }
    | {"style": "primary", "iconSize": "md", "color": "danger", "variant": "soft", "size": "lg", "pill": True}
    | {"uniform": False, "block": True, "disabled": False},
    "Spacer": {"minSize": 4},
    "Select": {
        "name": "choice",
        "options": [{"value": "a", "label": "an A", "disabled": False, "description": "first"}],
    }
    | {"defaultValue": "a", "searchable": True, **PICKED},
    "DatePicker": {"name": "day", "defaultValue": "2026-02-03T00:00:00Z", "min": "2026-01-01T00:00:00Z"}
    | {"max": "2026-12-31T00:00:00Z", "side": "top", "align": "start", **PICKED},
    "Checkbox": {"name": "tick", "label": "a tick", "defaultChecked": True, "onChangeAction": ACTION, "disabled": False}
    | {"required": True},
    "Input": {"name": "line", "inputType": "email", "defaultValue": "a@b.c", "pill": True, **FIELD},
    "Label": {"value": "a label", "fieldName": "line", **SAID},
    "RadioGroup": {
        "name": "one",
        "options": [{"label": "First", "value": "1", "disabled": False}],
        "ariaLabel": "a group",
    }
    | {"onChangeAction": ACTION, "defaultValue": "1", "direction": "row", "disabled": False, "required": True},
    "Textarea": {"name": "lines", "defaultValue": "two\nlines", "rows": 3, "autoResize": True, "maxRows": 6, **FIELD},
    "Transition": {"children": WORD},
    "Chart": {"data": [{"m": "Jan", "a": 1, "b": 2.5}, {"m": "Feb", "a": -3, "b": 4}]}
    | {"series": [{"type": "bar", "dataKey": "a", "label": "an A", "stack": "s", "color": "blue"}]}
    | {"xAxis": {"dataKey": "m", "hide": False, "labels": {"Jan": "January"}}, "showYAxis": True, "showLegend": True}
    | {"showTooltip": True, "barGap": 2, "barCategoryGap": 8, **SIZES},
}
SHOWN = (
    {
        "Card": "a word",
        "ListView": "a list",
        "Markdown": "bold",
        "Text": "a text",
        "Title": "a title",
        "Caption": "a caption",
    }
    | {
        "Badge": "a badge",
        "Button": "a button",
        "Checkbox": "a tick",
        "Label": "a label",
        "RadioGroup": "First",
        "Chart": "January",
    }
    | dict.fromkeys(("Basic", "ListViewItem", "Box", "Row", "Col", "Form", "Transition"), "a word")
)


def classes() -> dict[str, type[WidgetComponentBase]]:
    """The SDK's component classes by the `type` that they have."""
    found = [
        kind for kind in vars(widgets).values() if isinstance(kind, type) and issubclass(kind, WidgetComponentBase)
    ]
    named = {
        str(kind.model_fields["type"].default): kind for kind in found if not kind.model_fields["type"].is_required()
    }
    return dict(sorted(named.items()))


def component(name: str) -> dict[str, Any]:
    """The JSON that the SDK's class makes of the sample."""
    made = classes()[name].model_validate({"type": name, "id": f"the {name}", **SAMPLES[name]})
    dumped: dict[str, Any] = made.model_dump(mode="json")
    return dumped
