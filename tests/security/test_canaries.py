"""A real server with keys of its own, against which much goes wrong: where do they show, and whom does it call?"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from benchmarks.processes import playground_variables, provider, running
from tests.wire.plans import CANARY

KEYS = {
    "OPENAI_API_KEY": "sk-canary-openai-4f1d2c",
    "ANTHROPIC_API_KEY": "sk-ant-canary-anthropic-4f1d2c",
    "GEMINI_API_KEY": "canary-google-4f1d2c",
    "PLAYGROUND_COMPATIBLE_API_KEY": "canary-compatible-4f1d2c",
    "PLAYGROUND_SECRET": "canary-secret-4f1d2c-4f1d2c-4f1d2c",
    "PLAYGROUND_OWNER_TOKEN": "canary-owner-4f1d2c-4f1d2c",
    "PLAYGROUND_TOKEN_SECRET": "canary-tokens-4f1d2c-4f1d2c-4f1d2c",
    "AWS_SECRET_ACCESS_KEY": "canary-elsewhere-4f1d2c",
}
OWN_KEY = "sk-canary-of-a-visitor-4f1d2c"
MARKS = ("canary-", CANARY)
"""What all of these have in them, and what the provider puts into its complaints."""

PROVIDERS = ("openai", "anthropic", "google", "compatible")
FAILURES = (
    "status-401",
    "status-403",
    "status-429",
    "status-500",
    "status-529",
    "badjson-5",
    "inerror-5",
    "no-such-model",
)
ELSE = (
    "failed-5",
    "overloaded-5",
    "drop-5",
    "cut-5",
    "too-long",
    "refusal",
    'tool:burn:{"text": "x"}',
    "tool:nothing:{}",
)
LOOKED_AT = (
    "/", "/config", "/theme.css", "/healthz", "/readyz", "/chatkit/client", "/chatkit/ui", "/chatkit/options",
    "/chatkit/me", "/chatkit/me/export", "/owner", "/metrics", "/nothing", "/chatkit/nothing", "/shared/nothing",
    "/gradio_api/info", "/comparisons/nothing.json",
)  # fmt: skip
OF_THE_OWNER = ("/owner/state", "/metrics", "/owner/links", "/owner/tokens")


@dataclass
class Aftermath:
    """What is left when everything has gone wrong: what was answered, what was written, who was called."""

    answers: Sequence[str]
    errors: int
    folder: Path
    provider: str
    calls: Sequence[tuple[str, Any]]


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    """All tests look at the same."""
    return asyncio.run(gone_wrong(tmp_path_factory.mktemp("canaries")))


async def gone_wrong(folder: Path) -> Aftermath:
    """A server's life."""
    calls, served = folder / "calls", folder / "served"
    async with provider(folder) as wire:
        variables = {
            **playground_variables(wire.url),
            **KEYS,
            "WATCHED": str(calls),
            "PLAYGROUND_AGENT": "tests.staff:clerk",
            "PLAYGROUND_OWN_KEYS": "true",
            "PLAYGROUND_LOG_LEVEL": "debug",
            "PLAYGROUND_MODEL_RETRIES": "0",
        }
        async with (
            running("-m", "tests.security.watched", "serve", folder=served, **variables) as server,
            httpx2.AsyncClient(base_url=server.url, timeout=60) as client,
        ):
            answers = [answer async for answer in provoked(client)]
        noted = [json.loads(line) for line in calls.read_text().splitlines()]
    failed = sum('"type":"error"' in answer for answer in answers)
    return Aftermath(answers, failed, served, wire.url, [(event, whom) for event, whom in noted])


async def provoked(client: httpx2.AsyncClient) -> AsyncIterator[str]:
    """Everything that it answers, heads and all."""
    yield told(await client.post("/chatkit", json=asked("compatible/echo")))
    failing = [f"{one}/{failure}" for one, failure in itertools.product(PROVIDERS, FAILURES)]
    failing += [f"compatible/{failure}" for failure in ELSE]
    for some in itertools.zip_longest(*[iter(failing)] * 4):
        for answer in await asyncio.gather(*(client.post("/chatkit", json=asked(one)) for one in some if one)):
            yield told(answer)
    yield told(await client.put("/chatkit/me/keys/openai", json={"key": OWN_KEY}))
    yield told(await client.post("/chatkit", json=asked("openai/status-401")))
    for body in (b"{", b'{"type":"nothing"}', b"\xff", b'{"type":"threads.create","params":{"input":7}}'):
        yield told(await client.post("/chatkit", content=body, headers={"Content-Type": "application/json"}))
    for path in LOOKED_AT:
        yield told(await client.get(path))
    owner = {"Authorization": f"Bearer {KEYS['PLAYGROUND_OWNER_TOKEN']}"}
    for path in OF_THE_OWNER:
        yield told(await client.get(path, headers=owner))
    yield told(await client.get("/owner/state", headers={"Authorization": "Bearer wrong"}))
    yield told(await client.delete("/chatkit/me/keys/openai"))


def asked(model: str) -> Mapping[str, Any]:
    message = {
        "content": [{"type": "input_text", "text": "Go on."}],
        "attachments": [],
        "inference_options": {"model": model},
    }
    return {"type": "threads.create", "params": {"input": message}}


def told(answer: httpx2.Response) -> str:
    return f"{answer.status_code} {dict(answer.headers)}\n{answer.text}"


def marked(text: str) -> list[str]:
    """Where a canary is, with what stands around it."""
    return [text[max(0, at - 60) : at + 60] for mark in MARKS if (at := text.find(mark)) >= 0]


def test_so_much_went_wrong(aftermath: Aftermath) -> None:
    assert aftermath.errors >= 30


def test_no_answer_and_no_page_tells_a_key(aftermath: Aftermath) -> None:
    assert [found for answer in aftermath.answers for found in marked(answer)] == []


def test_no_log_no_database_and_no_file_holds_a_key(aftermath: Aftermath) -> None:
    files = [path for path in aftermath.folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"log", "playground.db"}
    assert (aftermath.folder / "log").stat().st_size > 10_000
    assert {path.name: found for path in files if (found := marked(path.read_bytes().decode("latin-1")))} == {}


def test_what_is_kept_is_its_owners_alone(aftermath: Aftermath) -> None:
    kept = [aftermath.folder / "data", *(aftermath.folder / "data").rglob("*")]
    assert len(kept) > 1
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []


def test_nobody_is_called_but_the_provider(aftermath: Aftermath) -> None:
    address = urlsplit(aftermath.provider)
    assert {host for event, host in aftermath.calls if event != "socket.connect"} <= {"127.0.0.1", None}
    connected = {tuple(whom) for event, whom in aftermath.calls if event == "socket.connect"}
    assert connected == {(address.hostname, address.port)}
