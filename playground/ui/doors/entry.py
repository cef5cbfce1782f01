"""What every door has: the page it belongs to, and who stands before it.

Gradio finds out by their annotations which parameters it fills in itself (`gr.Request`, `gr.EventData`); the others
are inputs, bound by name in `wiring`. Whatever comes in may have been made up by the client. So a door only turns it
into plain values; whether the visitor may touch what they name is for the client to say.
"""

from typing import Any

import gradio as gr

from playground.client import Client
from playground.errors import PlaygroundError
from playground.ui.audience import page_name
from playground.ui.handlers.desk import Desk
from playground.ui.panels.view import View
from playground.ui.present import KEEP, Outputs, present
from playground.ui.state import Shown
from playground.visitor import Visitor


class Entry:
    """One method per thing that a visitor can do, in the classes made of this one."""

    def __init__(self, view: View, desk: Desk) -> None:
        self._view = view
        self._desk = desk

    def put(self, shown: Shown) -> Outputs | dict[str, Any]:
        """The outputs of a listener; a skip when nothing changed."""
        return present(self._view, shown) or KEEP

    def _client(self, request: gr.Request) -> Client:
        return Client(visitor_of(request), self._desk.parts)


def visitor_of(request: gr.Request) -> Visitor:
    """Who asks, as the server before the page found out; nobody, and so owning nothing, where it did not."""
    state = getattr(request.request, "state", None)
    visitor = getattr(state, "visitor", None)
    if not isinstance(visitor, Visitor):
        raise PlaygroundError("This page does not know you. Please reload it.")
    return visitor


def page_of(request: gr.Request) -> str:
    """The open page that asks."""
    return page_name(visitor_of(request).id, request.session_hash)


def said(event: gr.EventData, name: str) -> str:
    """A word of an event; empty if there is none."""
    value = getattr(event, name, None)
    return value if isinstance(value, str) else ""


def chosen(strip: object) -> str:
    """The tab that a page shows."""
    match strip:
        case {"chosen": str(tab_id)}:
            return tab_id
        case _:
            return ""
