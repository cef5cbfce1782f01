import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from playground.errors import Malformed, NotConfigured
from playground.models.anthropic.model import AnthropicModel
from playground.models.compatible import CompatibleModel
from playground.models.google.model import GeminiModel
from playground.models.local.model import LocalModel
from playground.models.local.server import LocalServers
from playground.models.openai import ResponsesModel
from playground.models.provider import REMOTE, Models
from playground.settings import Settings
from tests.models.reading_along import read
from tests.wire import Wire

ROOT = Path(__file__).parents[2]


def models_for(wire: Wire | None) -> Models:
    fields = {"local_model": "off"}
    if wire:
        fields |= {"openai_base_url": wire.base_url, "openai_api_key": "sk-mine", "compatible_base_url": wire.base_url}
        fields |= {"anthropic_base_url": wire.root, "anthropic_api_key": "sk-ant-mine"}
        fields |= {"google_base_url": wire.root, "google_api_key": "goog-mine"}
    settings = Settings.model_validate(fields)
    return Models(settings, LocalServers(settings))


@pytest.fixture
async def models(wire: Wire) -> AsyncIterator[Models]:
    made = models_for(wire)
    yield made
    await made.aclose()


async def test_a_name_leads_to_its_model(models: Models) -> None:
    assert isinstance(models.get_model("openai/echo"), ResponsesModel)
    assert isinstance(models.get_model("anthropic/echo"), AnthropicModel)
    assert isinstance(models.get_model("google/echo"), GeminiModel)
    assert isinstance(models.get_model("compatible/a/b"), CompatibleModel)
    assert isinstance(models.get_model("local/tiny"), LocalModel)


async def test_a_model_is_made_once(models: Models) -> None:
    assert models.get_model("openai/echo") is models.get_model("openai/echo")


async def test_any_number_of_ids_can_be_typed(models: Models) -> None:
    first = models.get_model("compatible/m0")
    for number in range(1, 300):
        models.get_model(f"compatible/m{number}")
    assert models.get_model("compatible/m0") is not first


@pytest.mark.parametrize("name", ["echo", "nope/echo", "openai/"])
def test_an_unknown_provider_is_malformed(name: str) -> None:
    with pytest.raises(Malformed, match="openai"):
        models_for(None).get_model(name)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("openai/echo", "OPENAI_API_KEY"),
        ("anthropic/echo", "ANTHROPIC_API_KEY"),
        ("google/echo", "GEMINI_API_KEY"),
        ("compatible/echo", "PLAYGROUND_COMPATIBLE_BASE_URL"),
    ],
)
def test_what_is_not_set_is_named(name: str, variable: str) -> None:
    with pytest.raises(NotConfigured, match=variable):
        models_for(None).get_model(name)


async def test_every_provider_answers_on_its_own_wire(models: Models, wire: Wire) -> None:
    for provider in REMOTE:
        assert (await read(models.get_model(f"{provider}/echo"), "hi")).result.final_output == "hi"
    paths = ["/v1/responses", "/v1/messages", "/v1/interactions", "/v1/chat/completions"]
    assert [call.path for call in wire.calls] == paths


async def test_a_key_goes_to_its_own_provider_only(models: Models, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-mine")
    secrets = {"openai": ("sk-mine", "org-mine", "proj-mine"), "anthropic": ("sk-ant-mine",), "google": ("goog-mine",)}
    for provider in REMOTE:
        await read(models.get_model(f"{provider}/echo"))
        call = wire.calls[-1]
        told = f"{call.path} {call.headers} {call.body}"
        for owner, own in secrets.items():
            assert [secret in told for secret in own] == [owner == provider] * len(own)


@pytest.mark.parametrize("provider", REMOTE)
async def test_more_than_a_hundred_may_be_answered_at_once(models: Models, wire: Wire, provider: str) -> None:
    model = models.get_model(f"{provider}/hang")
    waiting = [asyncio.create_task(read(model)) for _ in range(101)]
    async with asyncio.timeout(20):
        await wire.seen(101)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_gateway_of_googles_may_have_the_older_version_only(wire: Wire) -> None:
    fields = {"google_base_url": wire.root, "google_api_key": "k", "google_api_version": "v1beta", "local_model": "off"}
    settings = Settings.model_validate(fields)
    models = Models(settings, LocalServers(settings))
    await read(models.get_model("google/echo"))
    assert wire.calls[-1].path == "/v1beta/interactions"
    await models.aclose()


def test_no_providers_package_is_imported_before_it_is_used() -> None:
    code = "import sys, playground.models.provider; print(sorted({'anthropic', 'google.genai'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "[]"


async def test_the_compatible_server_is_asked_for_its_models_once(models: Models, wire: Wire) -> None:
    assert await models.compatible_ids() == await models.compatible_ids() == ("echo", "words-200", "think-20-words-20")
    assert len(wire.calls) == 1


async def test_a_server_that_is_not_there_offers_nothing() -> None:
    assert await models_for(None).compatible_ids() == ()
    settings = Settings.model_validate({"compatible_base_url": "http://127.0.0.1:9/v1", "local_model": "off"})
    models = Models(settings, LocalServers(settings))
    assert await models.compatible_ids() == ()
    await models.aclose()


async def test_secrets_do_not_show(models: Models) -> None:
    assert SecretStr("sk-mine").get_secret_value() not in repr(vars(models))


@pytest.mark.parametrize(
    ("answer", "ids"),
    [
        (b"<html>Welcome</html>", ()),
        (b"[]", ()),
        (b'"models"', ()),
        (b'{"data": null}', ()),
        (b'{"data": [1]}', ()),
        (b'{"data": [{"id": null}, {}, {"id": "one"}]}', ("one",)),
    ],
)
async def test_a_server_that_lists_no_models_offers_none(answer: bytes, ids: tuple[str, ...]) -> None:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        kind = b"text/html" if answer.startswith(b"<") else b"application/json"
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % (kind, len(answer)) + answer)
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        settings = Settings(local_model="off", compatible_base_url=f"http://127.0.0.1:{port}")
        models = Models(settings, LocalServers(settings))
        assert await models.compatible_ids() == ids
        await models.aclose()
