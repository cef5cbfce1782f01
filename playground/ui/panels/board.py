"""Several lanes side by side, what concerns all of them, and the closer look."""

import gradio as gr

from playground.ui.panels.drawn import drawn

WINDOWS = ("make.js", "pop.js")


def build_board() -> gr.HTML:
    """The lanes. Event: lane_act. What they show is handed on by `show.js`; the value only says that there is news."""
    uses = [*WINDOWS, "mounted.js", "closed.js", "cards.js", "flow.js", "acts.js", "again.js", "lane.js", "vote.js"]
    return drawn("board.js", {"at": 0}, elem_id="board", uses=uses)


def build_bar() -> gr.HTML:
    """The toolbar beside the pickers. It has no event of its own: the board acts for it."""
    return drawn("bar.js", {}, elem_id="bar", uses=WINDOWS)


def build_analysis() -> gr.HTML:
    """A panel from the right. Event: analyse; its answer is the value."""
    return drawn("analysis.js", {}, elem_id="analysis", uses=["make.js"])
