"""What an agent's author reaches of a ChatKit UI, from inside a tool: the same in the page and in any other client."""

from playground.toolkit.actions import Outcome, Pressed
from playground.toolkit.asking import client_tool, form
from playground.toolkit.fetch import Fetcher, FetchError
from playground.toolkit.offer import AgentOffer
from playground.toolkit.pages import page_reader
from playground.toolkit.showing import cite, close, effect, image, lock, notice, progress
from playground.toolkit.shown import Shown, show, stream
from playground.toolkit.unsafe import safe, unsafe
from playground.widgets import WidgetError

__all__ = [
    "AgentOffer",
    "FetchError",
    "Fetcher",
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
    "page_reader",
    "progress",
    "safe",
    "show",
    "stream",
    "unsafe",
]
