"""Which click opens which door. The only place where events are registered."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from playground.ui.doors import Doors
from playground.ui.handlers.desk import Desk
from playground.ui.panels.drawn import event
from playground.ui.panels.view import View
from playground.ui.present import lane_components

SHOW = (Path(__file__).parent / "show.js").read_text(encoding="utf-8")
"""Hands the feed to the components, in the browser."""
OFTEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
QUICK: dict[str, Any] = {**OFTEN, "queue": False}


def wire(page: gr.Blocks, view: View, desk: Desk) -> None:
    """Registers every listener. None is part of an API, and none takes the chat's content back as an input."""
    doors = Doors(view, desk)
    _chat(view, doors)
    _lane(view, doors)
    _board(view, doors)
    _tabs(page, view, doors)


def _tabs(page: gr.Blocks, view: View, doors: Doors) -> None:
    strip, history, index = view.strip, view.history, view.chat.index
    shown = [strip, view.chat.feed, view.picker.versions, *lane_components(view), view.notes]
    opened = [
        page.load(doors.load, None, [*shown, view.chat.box], **QUICK),
        # One at a time, and the last one at the end: two answers in the wrong order would show the wrong tab.
        event(strip, "tab_pick")(doors.pick, None, shown, trigger_mode="always_last", **QUICK),
        event(strip, "tab_add")(doors.add, None, shown, trigger_mode="multiple", **QUICK),
        event(strip, "tab_close")(
            doors.close, inputs_kwargs={"strip": strip}, outputs=shown, trigger_mode="multiple", **QUICK
        ),
        event(strip, "tab_reopen")(doors.reopen, None, shown, trigger_mode="multiple", **QUICK),
        event(history, "thread_open")(doors.open_thread, None, shown, **QUICK),
        event(history, "thread_delete")(
            doors.delete_thread, inputs_kwargs={"strip": strip}, outputs=[*shown, history], **QUICK
        ),
    ]
    event(strip, "tab_rename")(doors.rename, None, [strip, view.notes], trigger_mode="multiple", **QUICK)
    event(strip, "history_open")(
        doors.list_threads, inputs_kwargs={"index": index}, outputs=[history, view.notes], **QUICK
    )
    _watching(view, doors, opened)


def _watching(view: View, doors: Doors, opened: Sequence[Any]) -> None:
    """A page watches one tab at a time, and none while it is hidden: a browser has six connections to a host."""
    strip, chat = view.strip, view.chat
    standing: dict[str, Any] = {
        "outputs": [chat.feed],
        "postprocess": False,
        "concurrency_limit": None,
        "trigger_mode": "multiple",
        **OFTEN,
    }
    for shown in opened:
        shown.then(doors.attach, inputs_kwargs={"strip": strip}, **standing)
    event(strip, "page_show")(doors.attach, inputs_kwargs={"strip": strip}, **standing)
    chat.earlier.click(doors.attach_earlier, inputs_kwargs={"index": chat.index}, **standing)
    event(strip, "page_hide")(doors.leave, None, [view.notes], **QUICK)


def _chat(view: View, doors: Doors) -> None:
    strip, chat = view.strip, view.chat
    by_index: dict[str, Any] = {"inputs_kwargs": {"index": chat.index}, "outputs": [view.notes], **QUICK}
    versions, providers = view.picker.versions, view.picker.providers
    handed = [chat.chat, chat.index, strip, versions, providers, view.notes, chat.asks, chat.board]
    chat.feed.change(None, [chat.feed, strip], handed, js=SHOW, trigger_mode="always_last", **QUICK)
    for sends in (chat.box.submit, chat.send.click):
        said: dict[str, Any] = {"strip": strip, "text": chat.box, "files": chat.files}
        sends(doors.send, inputs_kwargs=said, outputs=[chat.box, chat.files, view.notes], **QUICK)
    suggested: dict[str, Any] = {"inputs_kwargs": {"strip": strip}, "outputs": [chat.box, chat.files, view.notes]}
    chat.chat.example_select(doors.suggest, **suggested, **QUICK)
    chat.stop.click(doors.stop, **by_index)
    event(chat.asks, "ask_decide")(doors.decide, trigger_mode="multiple", **by_index)
    chat.chat.retry(doors.retry, **by_index)
    chat.chat.option_select(doors.again, **by_index)
    chat.chat.edit(doors.edit, **by_index)
    chat.chat.like(doors.rate, trigger_mode="multiple", **by_index)
    versions.input(
        doors.switch,
        inputs_kwargs={"index": chat.index, "branch_id": versions},
        outputs=[view.notes],
        preprocess=False,  # the server does not know the choices: the browser got them with a picture
        trigger_mode="multiple",
        **QUICK,
    )


def _lane(view: View, doors: Doors) -> None:
    strip, picker, settings = view.strip, view.picker, view.settings
    # A second pick goes out while the first is under way: kept back until its answer, it would be overwritten by it.
    picked: dict[str, Any] = {"outputs": [*lane_components(view), view.notes], "trigger_mode": "multiple", **QUICK}
    picker.agent.input(doors.set_agent, inputs_kwargs={"strip": strip, "agent": picker.agent}, **picked)
    picker.model.input(doors.set_model, inputs_kwargs={"strip": strip, "model": picker.model}, **picked)
    event(picker.providers, "provider_pick")(doors.set_provider, inputs_kwargs={"strip": strip}, **picked)
    fields: dict[str, Any] = {
        "instructions": settings.instructions,
        "temperature": settings.temperature,
        "max_tokens": settings.max_tokens,
        "effort": settings.effort,
    }
    for field in fields.values():
        field.input(
            doors.set_settings,
            inputs_kwargs={"strip": strip, "drawer": settings.lane, **fields},
            outputs=[view.notes],
            trigger_mode="always_last",
            **QUICK,
        )
    drawn: dict[str, Any] = {"strip": strip, "drawer": settings.lane}
    settings.reset.click(doors.reset_settings, inputs_kwargs=drawn, **picked)


def _board(view: View, doors: Doors) -> None:
    # Several acts may be under way at once: a slow one in one lane must not keep back one in another.
    at_once: dict[str, Any] = {"trigger_mode": "multiple", **QUICK}
    outputs = [view.strip, *lane_components(view), view.notes]
    event(view.chat.board, "lane_act")(doors.act, None, outputs, **at_once)
    event(view.analysis, "analyse")(doors.analyse, None, [view.analysis, view.notes], **at_once)
