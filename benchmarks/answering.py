"""`python -m benchmarks.answering ADAPTER WIRE ROOT`: one adapter, in a process and an environment of its own.

A line on standard input names a model, a line of JSON on standard output tells what came of one answer by it. Nothing
is imported here but what openai-agents brings, and what the adapter needs.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from agents import Agent, Model, Runner, set_tracing_disabled

if TYPE_CHECKING:
    from playground.models.provider import Models

Adapter: TypeAlias = Literal["playground", "sdk", "litellm", "any-llm"]
Wire: TypeAlias = Literal["openai", "compatible", "anthropic", "google", "google-generate"]
_Build: TypeAlias = Callable[[str, str], Model]
"""From a model's id and the provider's root address to the model."""

SETTLE_SECONDS = 0.3
"""For what an adapter still does once its answer is out."""
KEY = "sk-loopback"


def _playground(provider: str) -> _Build:
    def build(model: str, _root: str) -> Model:
        return _models().get_model(f"{provider}/{model}")

    return build


@cache
def _models() -> "Models":
    from playground.models.local.server import LocalServers  # noqa: PLC0415
    from playground.models.provider import Models  # noqa: PLC0415
    from playground.settings import Settings  # noqa: PLC0415

    settings = Settings()  # reads the addresses from the environment, as the playground does
    return Models(settings, LocalServers(settings))


@cache
def _openai(root: str) -> Any:
    from openai import AsyncOpenAI  # noqa: PLC0415

    return AsyncOpenAI(base_url=f"{root}/v1", api_key=KEY, max_retries=0)


def _responses(model: str, root: str) -> Model:
    from agents import OpenAIResponsesModel  # noqa: PLC0415

    return OpenAIResponsesModel(model, _openai(root))


def _chat_completions(model: str, root: str) -> Model:
    from agents import OpenAIChatCompletionsModel  # noqa: PLC0415

    return OpenAIChatCompletionsModel(model, _openai(root))


def _litellm(prefix: str, path: str = "") -> _Build:
    def build(model: str, root: str) -> Model:
        from agents.extensions.models.litellm_model import LitellmModel  # noqa: PLC0415

        return LitellmModel(f"{prefix}/{model}", base_url=root + path, api_key=KEY)

    return build


def _any_llm(provider: str, api: Literal["responses", "chat_completions"], path: str = "") -> _Build:
    def build(model: str, root: str) -> Model:
        from agents.extensions.models.any_llm_model import AnyLLMModel  # noqa: PLC0415

        return AnyLLMModel(f"{provider}/{model}", base_url=root + path, api_key=KEY, api=api)

    return build


BUILDERS: Mapping[tuple[Adapter, Wire], _Build] = {
    ("playground", "openai"): _playground("openai"),
    ("playground", "compatible"): _playground("compatible"),
    ("playground", "anthropic"): _playground("anthropic"),
    ("playground", "google"): _playground("google"),
    ("playground", "google-generate"): _playground("google"),
    ("sdk", "openai"): _responses,
    ("sdk", "compatible"): _chat_completions,
    ("litellm", "openai"): _litellm("openai/responses", "/v1"),
    ("litellm", "compatible"): _litellm("openai", "/v1"),
    ("litellm", "anthropic"): _litellm("anthropic"),
    ("litellm", "google"): _litellm("gemini", "/v1beta"),
    ("litellm", "google-generate"): _litellm("gemini", "/v1beta"),
    ("any-llm", "openai"): _any_llm("openai", "responses", "/v1"),
    ("any-llm", "compatible"): _any_llm("openai", "chat_completions", "/v1"),
    ("any-llm", "anthropic"): _any_llm("anthropic", "chat_completions"),
    ("any-llm", "google"): _any_llm("gemini", "chat_completions"),
    ("any-llm", "google-generate"): _any_llm("gemini", "chat_completions"),
}
"""Who speaks what."""


PACKAGES: Mapping[Adapter, str] = {"sdk": "openai-agents", "litellm": "litellm", "any-llm": "any-llm-sdk"}
"""Whose release says which adapter it was."""


async def answer(model: Model) -> dict[str, Any]:
    """One answer: its CPU seconds, and its text as it was streamed and as it was kept."""
    agent = Agent[Any](name="Assistant", instructions="You are a helpful assistant.", model=model)
    began = time.process_time()
    result = Runner.run_streamed(agent, "Go on.")
    pieces = [
        event.data.delta
        async for event in result.stream_events()
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta"
    ]
    await asyncio.sleep(SETTLE_SECONDS)
    cpu = time.process_time() - began
    return {"cpu": cpu, "streamed": "".join(pieces), "kept": str(result.final_output)}


async def main(adapter: Adapter, wire: Wire, root: str) -> None:
    """Answers until standard input ends. What an adapter raises is told, too."""
    set_tracing_disabled(True)
    build = cache(BUILDERS[adapter, wire])
    release = version(PACKAGES[adapter]) if adapter in PACKAGES else ""
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is not for whoever reads the figures
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        try:
            outcome = await answer(build(line, root))
        except Exception as error:  # whatever it is, the table tells it
            outcome = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(outcome | {"release": release}), file=told, flush=True)


if __name__ == "__main__":
    asyncio.run(main(cast("Adapter", sys.argv[1]), cast("Wire", sys.argv[2]), sys.argv[3]))
