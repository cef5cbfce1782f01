"""What a model is told of the files in a conversation.

A history names files, so that it stays small wherever it is kept. What they hold is put in just
before each request, in the form that its model takes.
"""

import base64
import re
from collections.abc import Callable, Sequence
from typing import Any

from playground import wire
from playground.attachments import pages, pictures
from playground.attachments.attachments import Attachments
from playground.attachments.kinds import kind_of
from playground.attachments.placeholders import file_of
from playground.capabilities import capabilities_of
from playground.errors import VisitorError
from playground.languages.say import say
from playground.visitor import Visitor

Part = dict[str, Any]

MOST_BYTES = 20_000_000
"""Of files as such in one request, the newest first. The strictest provider takes 32 MB, in base64."""
MOST_CHARS = 100_000
"""Of one file's text."""
FEW_CHARS = 6_000
"""For a local model, whose window is small."""
_TICKS = re.compile("`+")


class Reader:
    """Reads the files of one run, each once, for its model.

    `note` takes sentences about what was left out, and whether that was of the message that is being answered.
    """

    def __init__(
        self, attachments: Attachments, visitor_id: str, model: str, note: Callable[[str, bool], None]
    ) -> None:
        self._attachments = attachments
        self._visitor = Visitor(visitor_id)
        self._model = model
        self._able = capabilities_of(model)
        self._most_chars = FEW_CHARS if model.startswith("local/") else MOST_CHARS
        self._tell = note
        self._newest = False
        self._read: dict[str, Part] = {}
        self._left = MOST_BYTES

    async def fill(self, items: Sequence[Any]) -> list[Any]:
        """The items with their files in them. Those of the newest message come first where there is no room for all."""
        filled: list[Any] = []
        self._newest = True
        for item in reversed(items):
            filled.append(await self._filled(item))
            if (wire.as_object(item) or {}).get("role") == "user":
                self._newest = False
        return filled[::-1]

    async def _filled(self, item: Any) -> Any:
        fields = wire.as_object(item)
        parts = wire.as_list(fields.get("content")) if fields and fields.get("role") == "user" else None
        if fields is None or parts is None or not any(map(file_of, parts)):
            return item
        return {**fields, "content": [await self._part(part) for part in parts]}

    async def _part(self, part: Any) -> Any:
        if (file := file_of(part)) is None:
            return part
        attachment_id, name = file
        if attachment_id not in self._read:
            self._read[attachment_id] = await self._looked_up(attachment_id, name)
        return self._read[attachment_id]

    async def _looked_up(self, attachment_id: str, name: str) -> Part:
        try:
            row = await self._attachments.find(attachment_id, visitor=self._visitor)
            data = await self._attachments.read(row)
            match kind_of(row.mime_type):
                case "image":
                    return await self._image(name, data)
                case "pdf":
                    return await self._pdf(name, data)
                case "text":
                    return self._text(name, data.decode("utf-8-sig", "replace"))
        except VisitorError:
            return self._left_out(name, say("{name} was left out: it cannot be read any more.", name=name))

    async def _image(self, name: str, data: bytes) -> Part:
        if not self._able.images:
            return self._left_out(
                name, say("{name} was left out: {model} sees no images.", name=name, model=self._model)
            )
        mime_type, small = await self._attachments.heavy(lambda: pictures.for_model(data))
        if not self._takes(len(small)):
            return self._left_out(name, say("{name} was left out: the conversation has too many files.", name=name))
        return {"type": "input_image", "detail": "auto", "image_url": _data_url(mime_type, small)}

    async def _pdf(self, name: str, data: bytes) -> Part:
        if self._able.files and self._takes(len(data)):
            return {"type": "input_file", "filename": name, "file_data": _data_url("application/pdf", data)}
        found = await self._attachments.heavy(lambda: pages.read(data, most_chars=self._most_chars))
        if found is None or not any(text.strip() for text in found.texts):
            return self._left_out(name, say("{name} was left out: no text was found in it.", name=name))
        text = "\n\n".join(f"[page {number}]\n{text.strip()}" for number, text in enumerate(found.texts, 1))
        self._note(say("Of {name} only the text was given to {model}.", name=name, model=self._model))
        return self._text(name, text, whole=len(found.texts) == found.count)

    def _text(self, name: str, text: str, *, whole: bool = True) -> Part:
        cut = text[: self._most_chars]
        if len(cut) < len(text) or not whole:
            self._note(say("Of {name} only the beginning was given: it is too long.", name=name))
            cut = f"{cut}\n[cut: the file is longer]"
        return {"type": "input_text", "text": fenced(name, cut)}

    def _note(self, sentence: str) -> None:
        self._tell(sentence, self._newest)

    def _takes(self, size: int) -> bool:
        if size > self._left:
            return False
        self._left -= size
        return True

    def _left_out(self, name: str, sentence: str) -> Part:
        self._note(sentence)
        return {"type": "input_text", "text": f"[The attached file {name} is not here: you cannot see it.]"}


def fenced(name: str, text: str) -> str:
    """A file's text as a model is told it: in a fence that nothing in it ends, and apart from what follows."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{name}:\n{fence}\n{text}\n{fence}\n"


def _data_url(mime_type: str, data: bytes) -> str:
    return f"data:{mime_type};base64,{base64.b64encode(data).decode('ascii')}"
