"""The SDK's model settings → what Gemini takes of them."""

import re
from typing import Any

from agents import ModelSettings

from playground.models.google.family import Traits
from playground.models.reading import Frame

_LEVELS = {"none": "minimal", "max": "xhigh"}
_BUDGETS = {"none": 0, "minimal": 512, "low": 1024, "medium": 8192, "high": 24_576, "xhigh": 24_576, "max": 24_576}
"""Tokens for the models of 2.5, which know no levels on generateContent."""
_CHOICES = {"auto": "auto", "required": "any", "none": "none"}
_LABEL = re.compile(r"[\w-]{0,63}")


def labels(settings: ModelSettings) -> dict[str, str]:
    """The metadata that Google takes as labels: short, lower case, no signs but dashes."""
    return {
        key: value for key, value in (settings.metadata or {}).items() if key[:1].isalpha() and _is_label(key, value)
    }


def choice(settings: ModelSettings) -> str | None:
    """`auto`, `any`, `none` or the name of the tool that is to be called; None if nothing is asked."""
    wanted = settings.tool_choice
    return _CHOICES.get(wanted, wanted) if isinstance(wanted, str) else None


def interaction_config(settings: ModelSettings, traits: Traits) -> Frame:
    """`generation_config` of an interaction. Its type still has temperature and top_p, so they are sent."""
    wanted = choice(settings)
    named = wanted is not None and wanted not in _CHOICES.values()
    effort = _effort(settings)
    return _given(
        temperature=settings.temperature,
        top_p=settings.top_p,
        max_output_tokens=settings.max_tokens,
        thinking_level=_LEVELS.get(effort, effort) if effort else None,
        thinking_summaries="auto" if traits.thinks else None,
        tool_choice={"allowed_tools": {"mode": "any", "tools": [wanted]}} if named else wanted,
    )


def generation_config(settings: ModelSettings, traits: Traits) -> Frame:
    """`generationConfig` of generateContent."""
    return _given(
        temperature=settings.temperature,
        topP=settings.top_p,
        maxOutputTokens=settings.max_tokens,
        thinkingConfig=_thinking(_effort(settings), traits) or None,
    )


def calling_config(settings: ModelSettings) -> Frame:
    """`functionCallingConfig` of generateContent; empty if nothing is asked."""
    wanted = choice(settings)
    if wanted is None:
        return {}
    if wanted in _CHOICES.values():
        return {"mode": wanted.upper()}
    return {"mode": "ANY", "allowedFunctionNames": [wanted]}


def _thinking(effort: str | None, traits: Traits) -> Frame:
    shown = {"includeThoughts": True} if traits.thinks else {}
    if not effort:
        return shown
    if traits.budget:
        return {**shown, "thinkingBudget": _BUDGETS.get(effort, -1)}
    return {**shown, "thinkingLevel": _LEVELS.get(effort, effort).upper()}


def _effort(settings: ModelSettings) -> str | None:
    return settings.reasoning.effort if settings.reasoning else None


def _is_label(*texts: str) -> bool:
    return all(_LABEL.fullmatch(text) and text == text.lower() for text in texts)


def _given(**fields: Any) -> Frame:
    return {name: value for name, value in fields.items() if value is not None}
