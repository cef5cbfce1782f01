"""Components that draw themselves in the browser.

Their templates are constant, because Gradio evaluates what it puts into one; all that varies comes in `value`, and
the script draws it with `textContent`. An event's name is found by Gradio where the script says `trigger('name')`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

UI = Path(__file__).parent.parent


def drawn(
    script: str, value: dict[str, Any], *, elem_id: str, classes: list[str] | None = None, uses: Sequence[str] = ()
) -> gr.HTML:
    """A component with a script of its own, `ui/<script>`, and an empty element to draw in.

    The scripts that it `uses` come in front of it, in one scope: what they define is known in those after them.
    """
    scripts = [(UI / name).read_text(encoding="utf-8") for name in (*uses, script)]
    return gr.HTML(
        value,
        html_template=f"<div class='drawn {elem_id}'></div>",
        js_on_load="\n".join(scripts),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=classes,
    )


def event(component: gr.HTML, name: str) -> Callable[..., Dependency]:
    """The listener of an event of the component's script. Raises AttributeError if there is none by that name."""
    listener: Callable[..., Dependency] = getattr(component, name)
    return listener
