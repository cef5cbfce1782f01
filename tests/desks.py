"""Agents that use tools and hand over, and a playground with every provider on the fake wire."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from agents import Agent, function_tool

from playground.parts import open_playground
from playground.settings import Settings
from tests.house import House
from tests.wire import serve


@function_tool
def stamp(text: str) -> str:
    """Stamp a text."""
    return f"stamped {text}"


@function_tool
def weigh(text: str) -> str:
    """Weigh a text."""
    return f"{len(text)} grams"


@function_tool(needs_approval=True)
def post(text: str) -> str:
    """Post a text."""
    return f"posted {text}"


porter = Agent[Any](name="Porter", instructions="Carry.", tools=[stamp])
desk = Agent[Any](name="Desk", instructions="Work.", tools=[stamp, weigh, post], handoffs=[porter])
plain = Agent[Any](name="Plain", instructions="Talk.")

SECRETS = dict.fromkeys(("openai_api_key", "anthropic_api_key", "google_api_key"), "sk-test")
PREFIXES = {
    "responses": "openai/gpt-6-",
    "chat": "compatible/",
    "messages": "anthropic/claude-sonnet-5-5-",
    "interactions": "google/gemini-3.8-flash-",
    "generate": "google/generate-only:",
}
"""Each dialect, and what a model is called that is asked in it."""
PATHS = {
    "responses": "/responses",
    "chat": "/completions",
    "messages": "/messages",
    "interactions": "/interactions",
    "generate": ":streamGenerateContent",
}


@asynccontextmanager
async def everywhere(database_url: str, folder: Path) -> AsyncGenerator[House]:
    """A playground that can ask every provider in its own dialect."""
    async with serve() as wire:
        fields: dict[str, Any] = {
            **SECRETS,
            "secret": "s" * 32,
            "compatible_base_url": wire.base_url,
            "openai_base_url": wire.base_url,
            "anthropic_base_url": wire.root,
            "google_base_url": wire.root,
            "local_model": "off",
            "agent": tuple(f"tests.desks:{name}" for name in ("desk", "porter", "plain")),
            "flush_interval": 0.02,
            "model_retries": 0,
            "drain_timeout": 0,
        }
        async with open_playground(Settings(data_dir=folder, database_url=database_url, **fields)) as parts:
            yield House(parts, wire)


@asynccontextmanager
async def beside(house: House) -> AsyncGenerator[House]:
    """Another process's playground on the same database."""
    async with open_playground(house.parts.settings.model_copy()) as parts:
        yield House(parts, house.wire)
