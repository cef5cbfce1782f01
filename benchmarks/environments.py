"""Environments for the adapters that the playground does without, so that their packages never meet its own.

Pinned to what was measured. Of LiteLLM, openai-agents 0.24 resolves to 1.83.0, since nearly every later release wants
openai 2; 1.82.7 and 1.82.8 were malicious uploads, and 1.107.0 must not be installed either.
"""

import asyncio
import sys
from asyncio.subprocess import STDOUT, create_subprocess_exec
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import platformdirs

REQUIREMENTS: Mapping[str, tuple[str, ...]] = {
    "litellm": ("openai-agents[litellm]", "litellm==1.83.0"),
    "any-llm": ("openai-agents[any-llm]", "any-llm-sdk[anthropic,gemini]==1.40.2"),
}
SAME = ("openai-agents", "openai", "pydantic", "httpx2")
"""Of the version that the playground runs with, so that it is only the adapters that differ."""
SILENCE: Mapping[str, str] = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_BLOG_POSTS": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_MODE": "PRODUCTION",  # reads no .env
    "OPENAI_AGENTS_DISABLE_TRACING": "1",
}
"""Variables under which they ask nobody for anything but the answer."""


async def python_of(name: str) -> Path:
    """The Python of an adapter's environment, made at the first call, which takes a minute; a folder of the cache.

    Raises:
        RuntimeError: pip could not install it; the message names its log.
    """
    wanted = (*REQUIREMENTS[name], *(f"{package}=={version(package)}" for package in SAME))
    folder = platformdirs.user_cache_path("playground", appauthor=False) / "benchmarks" / name
    python = folder / "bin" / "python"
    made = folder / "requirements.txt"
    lines = "\n".join((*wanted, ""))
    if not (made.exists() and made.read_text(encoding="utf-8") == lines):
        print(f"making an environment for {name} in {folder}", flush=True)
        await _run(folder, sys.executable, "-m", "venv", "--clear", str(folder))
        await _run(folder, str(python), "-m", "pip", "install", "--disable-pip-version-check", *wanted)
        made.write_text(lines, encoding="utf-8")
    return python


async def _run(folder: Path, *command: str) -> None:
    log = folder.with_suffix(".log")
    await asyncio.to_thread(folder.parent.mkdir, parents=True, exist_ok=True)
    with log.open("ab") as written:
        process = await create_subprocess_exec(*command, stdout=written, stderr=STDOUT)
    if await process.wait():
        raise RuntimeError(f"{' '.join(command)} failed; see {log}")
