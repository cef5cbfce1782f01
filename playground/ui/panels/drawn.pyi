"""Components that draw themselves in the browser.

Their templates are constant, because Gradio evaluates what it puts into one; all that varies comes in `value`, and
the script draws it with `textContent`. An event's name is found by Gradio where the script says `trigger('name')`.
"""

from pathlib import Path
from typing import Any

import gradio as gr

UI = Path(__file__).parent.parent

from gradio.events import Dependency

class Drawn(gr.HTML):
    """A component with a script of its own, `ui/<script>`, and an empty element to draw in."""

    def __init__(self, script: str, value: dict[str, Any], *, elem_id: str, classes: list[str] | None = None) -> None:
        super().__init__(
            value,
            html_template=f"<div class='drawn {elem_id}'></div>",
            js_on_load=(UI / script).read_text(encoding="utf-8"),
            apply_default_css=False,
            elem_id=elem_id,
            elem_classes=classes,
        )
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component