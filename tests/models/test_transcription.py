"""Speech to text, over the wire."""

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from playground.errors import NotConfigured, Unavailable
from playground.models import transcription
from playground.models.local.server import LocalServers
from playground.models.provider import Models
from playground.models.transcription import AUDIO, configured
from playground.settings import Settings
from tests.wire import Wire


@asynccontextmanager
async def models(**settings: Any) -> AsyncGenerator[Models]:
    chosen = Settings(local_model="off", **settings)
    made = Models(chosen, LocalServers(chosen))
    try:
        yield made
    finally:
        await made.aclose()


def openai(wire: Wire) -> dict[str, Any]:
    return {"openai_api_key": "sk-test", "openai_base_url": wire.base_url}


def google(wire: Wire) -> dict[str, Any]:
    return {"google_api_key": "AI-test", "google_base_url": wire.root}


@pytest.mark.parametrize("mime_type", sorted(AUDIO))
async def test_openai_is_given_the_recording_under_a_name_that_says_its_type(wire: Wire, mime_type: str) -> None:
    async with models(**openai(wire)) as made:
        assert (await made.transcribe(b"Hello there.", mime_type)).text == "Hello there."
    call = wire.calls[-1]
    name, kind, data = call.body["file"]
    assert (kind, data, call.body["model"]) == (mime_type, "Hello there.", transcription.OPENAI_MODEL)
    assert name.startswith("recording.")


@pytest.mark.parametrize("mime_type", ["audio/webm", "audio/mp4", "audio/ogg"])
async def test_google_is_given_it_where_openai_is_not_set(
    wire: Wire, mime_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcription, "GOOGLE_MODEL", "say:Hello there.")
    async with models(**google(wire)) as made:
        assert (await made.transcribe(b"sound", mime_type)).text == "Hello there."
    (content,) = wire.calls[-1].body["contents"]
    inline = content["parts"][0]["inlineData"]
    assert (inline["mime_type"], inline["data"]) == (mime_type, base64.b64encode(b"sound").decode())


async def test_without_a_key_nobody_is_asked(wire: Wire) -> None:
    async with models(compatible_base_url=wire.base_url) as made:
        with pytest.raises(NotConfigured, match="OPENAI_API_KEY"):
            made.check_transcription()
        with pytest.raises(NotConfigured):
            await made.transcribe(b"sound", "audio/webm")
    assert not wire.calls


def test_it_is_known_whether_anybody_can_be_asked() -> None:
    assert not configured(Settings())
    assert configured(Settings(openai_api_key="k"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert configured(Settings(google_api_key="k"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("status", [400, 401, 429, 500])
async def test_a_provider_that_fails_is_said_without_its_words(wire: Wire, status: int) -> None:
    async with models(**openai(wire)) as made:
        with pytest.raises(Unavailable) as refused:
            await made.transcribe(f"status-{status}".encode(), "audio/webm")
    assert "canary" not in refused.value.message.lower()
    assert refused.value.message == "The recording could not be turned into text: the provider refused or failed."


async def test_so_is_google(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcription, "GOOGLE_MODEL", "status-500")
    async with models(**google(wire)) as made:
        with pytest.raises(Unavailable):
            await made.transcribe(b"sound", "audio/webm")
