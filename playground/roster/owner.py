"""The owner's agents: `package.module:attribute`, found on the Python path or in the current folder.

An attribute is an `Agent`, or a function without arguments that returns one. What goes wrong is told to the owner
at the start, with what was tried; nothing is guessed.
"""

import importlib
import inspect
import sys
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any, TypeGuard

from agents import Agent

from playground.toolkit.offer import AgentOffer


class RosterError(ValueError):
    """An agent of the owner's cannot be offered. The message is for the owner: it names paths and errors."""


def load(spec: str) -> AgentOffer:
    """The offer for `package.module:attribute`. Raises RosterError."""
    module_name, colon, attribute = spec.strip().partition(":")
    if not colon or not module_name or not attribute or "/" in module_name or module_name.endswith(".py"):
        raise RosterError(
            f"'{spec}' does not name an agent: write package.module:attribute, as in my_agents:researcher"
        )
    found = _attribute(spec, _module(spec, module_name), attribute)
    agent = _agent(spec, found)
    return AgentOffer(
        name=spec.strip(),
        label=agent.name or attribute,
        description=_description(agent, spec),
        prompts=(),
        build=lambda: _agent(spec, found),
    )


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
    raise RosterError(f"{spec} {which} a {type(value).__name__}, not an agents.Agent or a function that returns one")


def _is_agent(value: object) -> TypeGuard[Agent[Any]]:
    return isinstance(value, Agent)


def _called(spec: str, function: Any) -> object:
    if inspect.iscoroutinefunction(function):
        raise RosterError(f"{spec} is an async function: a plain one is needed, since agents are made at any time")
    try:
        return function()
    except Exception as error:
        raise RosterError(f"{spec}: calling it without arguments failed: {type(error).__name__}: {error}") from error


def _description(agent: Agent[Any], spec: str) -> str:
    text = agent.handoff_description or (agent.instructions if isinstance(agent.instructions, str) else "") or ""
    first = text.strip().partition("\n")[0]
    return (first if len(first) <= 120 else f"{first[:119]}…") or f"From {spec}"
