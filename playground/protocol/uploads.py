"""Files before they are sent, and speech: announced, taken back, turned into text."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from chatkit.types import (
    AttachmentCreateParams,
    AttachmentDeleteParams,
    AttachmentsCreateReq,
    AttachmentsDeleteReq,
    InputTranscribeParams,
    InputTranscribeReq,
)

from playground import wire
from playground.access.rates import Rates
from playground.attachments.attachments import Attachments
from playground.budget.payer import Payer
from playground.budget.purse import Purse
from playground.budget.speech import paid
from playground.errors import Malformed, TooLarge
from playground.models.provider import Models
from playground.models.transcription import AUDIO
from playground.protocol.dispatcher import Begin, Serve
from playground.runs.engine import Engine
from playground.visitor import Visitor

MOST_AUDIO = 20_000_000
"""Bytes of a recording; OpenAI takes 25 million. What comes over HTTP is bounded by the size of a request before."""


class Uploads:
    """A room of the dispatcher's."""

    def __init__(self, engine: Engine, attachments: Attachments, *, models: Models, rates: Rates, purse: Purse) -> None:
        self._engine = engine
        self._attachments = attachments
        self._models = models
        self._rates = rates
        self._purse = purse
        self.plain: Mapping[type, Serve] = {
            AttachmentsCreateReq: self._create,
            AttachmentsDeleteReq: self._delete,
            InputTranscribeReq: self._transcribe,
        }
        self.streams: Mapping[type, Begin] = {}

    async def _create(self, visitor: Visitor, params: AttachmentCreateParams) -> dict[str, Any]:
        if params.size < 0:
            raise Malformed("params.size: not below 0.")
        return await self._attachments.create(visitor, name=params.name, mime_type=params.mime_type, size=params.size)

    async def _delete(self, visitor: Visitor, params: AttachmentDeleteParams) -> dict[str, Any]:
        await self._attachments.remove(visitor, params.attachment_id)
        return {}

    async def _transcribe(self, visitor: Visitor, params: InputTranscribeParams) -> dict[str, Any]:
        self._engine.check_open()
        self._models.check_transcription()
        mime_type = params.mime_type.partition(";")[0].strip().lower()
        if mime_type not in AUDIO:
            raise Malformed("Recordings of this type are not taken.")
        self._rates.take("transcriptions", visitor.id)
        recording = _recording(params.audio_base64)
        payer = Payer(visitor.id, visitor.link, None, self._models.transcribes_on())
        text = await paid(
            self._purse.till, payer, len(recording), lambda: self._models.transcribe(recording, mime_type)
        )
        return {"text": wire.clean(text)}


def _recording(text: str) -> bytes:
    if len(text) > MOST_AUDIO * 4 // 3 + 4:
        raise TooLarge("A recording has at most {megabytes} MB.", megabytes=MOST_AUDIO // 1_000_000)
    try:
        audio = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("params.audio_base64 is not base64.") from None
    if not audio:
        raise Malformed("The recording is empty.")
    return audio
