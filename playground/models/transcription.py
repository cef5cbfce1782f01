"""Speech to text, by OpenAI or else by Google, with their own clients."""

import logging
from dataclasses import dataclass
from typing import Any

from playground.errors import NotConfigured, Unavailable
from playground.settings import Settings

OPENAI_MODEL = "gpt-transcribe"
GOOGLE_MODEL = "gemini-3.8-flash"
SECONDS = 60.0
MOST_OUTPUT = 8_192
"""Tokens of an answer, where it can be told."""
MOST_COUNTED = 100_000_000
"""A larger number is none that can be."""

_ENDINGS = {
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mp4": "mp4",
    "audio/m4a": "m4a",
    "audio/x-m4a": "m4a",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/flac": "flac",
}
"""What a file of each type is called: OpenAI goes by the name."""

AUDIO = frozenset(_ENDINGS)
"""The types of sound that are taken: what browsers record, and the usual files."""

_TASK = (
    "Write down what is said in this recording, in its language. Answer with the words alone; with nothing if none are."
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said, and what the provider counts: some seconds of sound, others tokens; zeros where it does not."""

    text: str
    seconds: float = 0
    input_tokens: int = 0
    output_tokens: int = 0


logger = logging.getLogger(__name__)


def configured(settings: Settings) -> bool:
    """Whether anybody can be asked."""
    return provider_of(settings) is not None


def provider_of(settings: Settings) -> str | None:
    """Who is asked."""
    if settings.openai_api_key is not None:
        return "openai"
    return "google" if settings.google_api_key is not None else None


def check(settings: Settings) -> str:
    """Who is asked. Raises NotConfigured."""
    provider = provider_of(settings)
    if provider is None:
        raise NotConfigured(
            "Dictation needs a key: set {first} or {second}.", first="OPENAI_API_KEY", second="GEMINI_API_KEY"
        )
    return provider


def model_of(provider: str) -> str:
    """The full name of the model that is asked."""
    return f"openai/{OPENAI_MODEL}" if provider == "openai" else f"google/{GOOGLE_MODEL}"


async def transcribe(provider: str, client: Any, audio: bytes, mime_type: str) -> Heard:
    """What is said in `audio`, a recording of one of the types of AUDIO. Raises Unavailable."""
    try:
        ask = _openai if provider == "openai" else _google
        return await ask(client, audio, mime_type)
    except Exception as error:
        logger.warning(
            "a recording could not be transcribed", extra={"provider": provider, "error": type(error).__name__}
        )
        logger.debug("a recording could not be transcribed", exc_info=error)
        raise Unavailable("The recording could not be turned into text: the provider refused or failed.") from error


async def _openai(client: Any, audio: bytes, mime_type: str) -> Heard:
    file = (f"recording.{_ENDINGS[mime_type]}", audio, mime_type)
    made = await client.audio.transcriptions.create(model=OPENAI_MODEL, file=file, timeout=SECONDS)
    usage = getattr(made, "usage", None)
    return Heard(
        str(made.text).strip(),
        seconds=_number(usage, "seconds"),
        input_tokens=_count(usage, "input_tokens"),
        output_tokens=_count(usage, "output_tokens"),
    )


async def _google(client: Any, audio: bytes, mime_type: str) -> Heard:
    from google.genai import types  # noqa: PLC0415 - slow to import

    part = types.Part.from_bytes(data=audio, mime_type=mime_type)
    config = types.GenerateContentConfig(max_output_tokens=MOST_OUTPUT)
    made = await client.aio.models.generate_content(model=GOOGLE_MODEL, contents=[part, _TASK], config=config)
    usage = made.usage_metadata
    output = _count(usage, "candidates_token_count"), _count(usage, "thoughts_token_count")
    return Heard(
        str(made.text or "").strip(), input_tokens=_count(usage, "prompt_token_count"), output_tokens=sum(output)
    )


def _count(usage: Any, name: str) -> int:
    return int(_number(usage, name))


def _number(usage: Any, name: str) -> float:
    value = getattr(usage, name, None)
    return value if isinstance(value, int | float) and 0 <= value < MOST_COUNTED else 0
