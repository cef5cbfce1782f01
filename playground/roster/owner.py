"""The owner's agents: `package.module:attribute`, found on the Python path or in the current folder.

An attribute is an `Agent`, a function without arguments that returns one, or an `AgentOffer`. What goes wrong is told
to the owner at the start, with what was tried; nothing is guessed.
"""

import importlib
import inspect
import sys
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any, TypeGuard, cast

from agents import Agent

from playground.toolkit.offer import AgentOffer


class RosterError(ValueError):
    """An agent of the owner's cannot be offered. The message is for the owner: it names paths and errors."""


def load(spec: str, *, telling: bool = True) -> AgentOffer:
    """The offer for `package.module:attribute`; `telling` lets it be described by its instructions' first line.

    Raises RosterError.
    """
    module_name, colon, attribute = spec.strip().partition(":")
    if not colon or not module_name or not attribute or "/" in module_name or module_name.endswith(".py"):
        raise RosterError(
            f"'{spec}' does not name an agent: write package.module:attribute, as in my_agents:researcher"
        )
    found = _attribute(spec, _module(spec, module_name), attribute)
    if isinstance(found, AgentOffer):
        return _offered(spec, found)
    agent = _agent(spec, found)
    return AgentOffer(
        name=spec.strip(),
        label=agent.name or attribute,
        description=_description(agent, spec, telling=telling),
        prompts=(),
        build=lambda: _agent(spec, found),
    )


def _offered(spec: str, offer: AgentOffer) -> AgentOffer:
    """The owner's own offer, by the name that he gave to find it; it has to hold what it promises."""
    checks = {"label": _is_text(offer.label), "description": _is_text(offer.description)}
    wrong = [name for name, right in {**checks, "prompts": _are_texts(offer.prompts)}.items() if not right]
    if wrong:
        raise RosterError(f"{spec}: the {wrong[0]} of an AgentOffer has to be text, and its prompts a tuple of texts")
    for kind, handler in offer.actions.items():
        if not _is_async(handler):
            raise RosterError(f"{spec}: what serves the action '{kind}' has to be an async function")
    _agent(spec, offer.build)
    return replace(offer, name=spec.strip(), prompts=tuple(offer.prompts), build=lambda: _agent(spec, offer.build))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_text, cast("Sequence[object]", value)))


def _is_async(handler: object) -> bool:
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(getattr(handler, "__call__", None))  # noqa: B004


def _module(spec: str, name: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            where = "the current folder and the Python path"
            raise RosterError(f"{spec}: there is no module '{error.name}'. Tried {where}: {here}, …") from error
        raise RosterError(f"{spec}: importing '{name}' failed: {error}") from error
    except (Exception, SystemExit) as error:
        raise RosterError(f"{spec}: importing '{name}' failed: {type(error).__name__}: {error}") from error


def _attribute(spec: str, module: ModuleType, path: str) -> object:
    value: object = module
    for part in path.split("."):
        if not hasattr(value, part):
            near = get_close_matches(part, dir(value), n=3)
            near += [name for name, other in vars(module).items() if isinstance(other, Agent) and name not in near]
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            place = getattr(module, "__file__", None) or "built in"
            raise RosterError(f"{spec}: '{module.__name__}' ({place}) has no '{part}'.{hint}")
        value = getattr(value, part)
    return value


def _agent(spec: str, found: object) -> Agent[Any]:
    value = found if _is_agent(found) or not callable(found) else _called(spec, found)
    if _is_agent(value):
        return value
    which = "is" if value is found else "returned"
    wanted = "an agents.Agent, a function that returns one, or an AgentOffer"
    raise RosterError(f"{spec} {which} a {type(value).__name__}, not {wanted}")


def _is_agent(value: object) -> TypeGuard[Agent[Any]]:
    return isinstance(value, Agent)


def _called(spec: str, function: Any) -> object:
    if inspect.iscoroutinefunction(function):
        raise RosterError(f"{spec} is an async function: a plain one is needed, since agents are made at any time")
    try:
        return function()
    except Exception as error:
        raise RosterError(f"{spec}: calling it without arguments failed: {type(error).__name__}: {error}") from error


def _description(agent: Agent[Any], spec: str, *, telling: bool) -> str:
    told = agent.instructions if telling and isinstance(agent.instructions, str) else ""
    text = agent.handoff_description or told
    first = text.strip().partition("\n")[0]
    return (first if len(first) <= 120 else f"{first[:119]}…") or f"From {spec}"
