"""Puts what a handler returned into the components."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import gradio as gr
import orjson
from gradio.blocks import Block

from playground.ui.panels.settings import EFFORTS
from playground.ui.panels.view import View
from playground.ui.state import LanePanel, Shown, Versions

Outputs = dict[Block, Any]

KEEP: dict[str, Any] = {"__type__": "update"}
"""Instead of outputs: every component stays as it is. What `gr.skip()` returns, with a type."""


def present(view: View, shown: Shown) -> Outputs:
    """Component → new value or update, for the parts that changed."""
    parts = {
        view.strip: shown.strip,
        view.chat.feed: shown.feed.wire() if shown.feed else None,
        view.chat.box: shown.box,
        view.picker.versions: _versions(shown.versions) if shown.versions else None,
        view.picker.providers: shown.providers,
        view.history: shown.history,
        view.notes: _notes(shown),
        view.chat.files: shown.files,
        view.analysis: shown.analysis,
    }
    changed: Outputs = {component: value for component, value in parts.items() if value is not None}
    if shown.lane is None:
        return changed
    return changed | _lane(view, shown.lane) | {view.settings.lane: shown.drawer or {}}


def _notes(shown: Shown) -> dict[str, Any] | None:
    """A note, and what the page's scripts are told, which has no place of its own."""
    if shown.note is None and shown.told is None:
        return None
    return {**(shown.note.wire() if shown.note else {}), "told": asdict(shown.told) if shown.told else None}


def picture(shown: Shown, before: Mapping[str, str]) -> dict[str, str]:
    """What a page was shown so far, as parts of the feed's value; `show.js` hands them to the components.

    A standing listener has this one output. Gradio makes every other one anew at each update, changed or not.
    """
    parts: dict[str, Any] = {
        "strip": {"value": shown.strip} if shown.strip else None,
        "versions": _versions(shown.versions) if shown.versions else None,
        "providers": {"value": shown.providers} if shown.providers else None,
        "choices": shown.choices,
        "note": {"value": shown.note.wire()} if shown.note else None,
    }
    news = {name: orjson.dumps(part).decode() for name, part in parts.items() if part is not None}
    if shown.feed is None:
        return {**before, **news}
    # A conversation takes the place of the one before, with the lanes that it had.
    kept = {name: part for name, part in before.items() if name == "watch" or name in parts}
    return {**kept, **news, **shown.feed.wire()}


def _lane(view: View, lane: LanePanel) -> Outputs:
    picker, settings = view.picker, view.settings
    chosen = lane.settings
    return {
        picker.agent: gr.update(choices=list(lane.agents), value=lane.agent),
        picker.providers: lane.providers,
        picker.model: gr.update(choices=list(lane.models), value=lane.model, allow_custom_value=lane.free),
        view.chat.chat: gr.update(placeholder=lane.welcome, examples=[{"text": prompt} for prompt in lane.prompts]),
        settings.instructions: _instructions(lane),
        settings.temperature: gr.update(value=chosen.temperature, visible=lane.takes_temperature),
        settings.max_tokens: gr.update(value=chosen.max_tokens, maximum=lane.most_tokens),
        settings.effort: gr.update(choices=_efforts(lane), value=chosen.effort or "", visible=bool(lane.efforts)),
    }


def _instructions(lane: LanePanel) -> Any:
    """A field for the visitor's own, the agent's to be read, or nothing."""
    shown = lane.told if lane.instructions == "shown" else lane.settings.instructions or ""
    return gr.update(value=shown, visible=lane.instructions != "hidden", interactive=lane.instructions == "editable")


def _efforts(lane: LanePanel) -> list[tuple[str, str]]:
    """Those that the model takes, and the one that is set: another model may take it again."""
    shown = {"", lane.settings.effort, *lane.efforts}
    return [(label, effort) for label, effort in EFFORTS if effort in shown]


def _versions(versions: Versions) -> Any:
    return gr.update(choices=list(versions.choices), value=versions.head, visible=bool(versions.choices))


def lane_components(view: View) -> Iterator[Block]:
    """What a `LanePanel` touches."""
    yield from (view.picker.agent, view.picker.providers, view.picker.model, view.chat.chat)
    settings = view.settings
    yield from (settings.instructions, settings.temperature, settings.max_tokens, settings.effort, settings.lane)
