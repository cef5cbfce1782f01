"""What an agent's author reaches of a ChatKit UI, from inside a tool: the same in the page and in any other client."""

from playground.toolkit.actions import Outcome, Pressed
from playground.toolkit.asking import client_tool, form
from playground.toolkit.offer import AgentOffer
from playground.toolkit.showing import cite, close, effect, image, lock, notice, progress
from playground.toolkit.shown import Shown, show, stream
from playground.widgets import WidgetError

__all__ = [
    "AgentOffer",
    "Outcome",
    "Pressed",
    "Shown",
    "WidgetError",
    "cite",
    "client_tool",
    "close",
    "effect",
    "form",
    "image",
    "lock",
    "notice",
    "progress",
    "show",
    "stream",
]
