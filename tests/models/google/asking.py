"""What a model is asked, with as much of it plain as a test likes."""

from typing import Any

from agents import ModelSettings, Tool

from playground.models.google.request import Asked


def asked(history: Any = "hi", settings: ModelSettings | None = None, *tools: Tool, **others: Any) -> Asked:
    plain: dict[str, Any] = {"model": "gemini-3.8-flash", "instructions": None, "schema": None, "handoffs": ()}
    return Asked(history=history, settings=settings or ModelSettings(), tools=tools, **(plain | others))
