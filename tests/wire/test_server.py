import asyncio
import sys
from pathlib import Path

import httpx2
import openai
import pytest
from openai import AsyncOpenAI

from tests.wire import CANARY, serve


async def said(client: AsyncOpenAI, model: str) -> str:
    reply = await client.responses.create(model=model, input="hello there")
    return reply.output_text


async def test_the_same_answer_comes_streamed_and_whole_on_both_wires() -> None:
    async with serve() as wire, AsyncOpenAI(base_url=wire.base_url, api_key="k") as client:
        assert await said(client, "words-3") == "w0 w1 w2"
        assert await said(client, "echo") == "hello there"
        chat = await client.chat.completions.create(model="words-3", messages=[{"role": "user", "content": "x"}])
        assert chat.choices[0].message.content == "w0 w1 w2"
        chunks = await client.chat.completions.create(
            model="words-3", messages=[{"role": "user", "content": "x"}], stream=True
        )
        assert "".join([chunk.choices[0].delta.content or "" async for chunk in chunks]) == "w0 w1 w2"
        assert "echo" in [model.id async for model in client.models.list()]


async def test_requests_are_recorded() -> None:
    async with serve() as wire, AsyncOpenAI(base_url=wire.base_url, api_key="k") as client:
        await said(client, "echo")
        call = await wire.seen(1)
        assert (call.model, call.path, call.headers["authorization"]) == ("echo", "/v1/responses", "Bearer k")
        assert call.body["input"] == "hello there"
        await call.over.wait()
        assert wire.disconnects == []


async def test_a_client_that_leaves_is_seen() -> None:
    async with serve() as wire, AsyncOpenAI(base_url=wire.base_url, api_key="k", max_retries=0) as client:
        with pytest.raises(openai.APITimeoutError):
            await client.with_options(timeout=0.2).responses.create(model="hang", input="x")
        await asyncio.wait_for(wire.calls[0].over.wait(), 5)
        assert wire.calls[0].disconnected


async def test_errors_hold_the_canary() -> None:
    async with serve() as wire, AsyncOpenAI(base_url=wire.base_url, api_key="k", max_retries=0) as client:
        with pytest.raises(openai.RateLimitError, match=CANARY):
            await said(client, "status-429")
        with pytest.raises(openai.NotFoundError):
            await said(client, "no-such-model")


async def test_it_runs_as_a_process() -> None:
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.wire", "--port", "0", cwd=root, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        base_url = (await process.stdout.readline()).decode().strip()
        async with AsyncOpenAI(base_url=base_url, api_key="k") as client, httpx2.AsyncClient() as plain:
            assert await said(client, "words-2") == "w0 w1"
            seen = (await plain.get(base_url.removesuffix("/v1") + "/calls")).json()
        assert [(call["model"], call["sent"]) for call in seen] == [("words-2", 2)]
    finally:
        process.terminate()
        await process.wait()
