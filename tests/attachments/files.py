"""Short words for what tests do with files."""

import io
from collections.abc import Sequence
from typing import Any

from playground.visitor import Visitor
from tests.attachments.made import picture
from tests.house import ECHO, Guest, House, Json, Told, message

ANN, BOB = Visitor("vis_ann"), Visitor("vis_bob")


async def kept(
    house: House, data: bytes | None = None, *, name: str = "a.png", mime_type: str = "image/png", by: Visitor = ANN
) -> str:
    """A complete file of a visitor's; its id."""
    file = io.BytesIO(picture() if data is None else data)
    made = await house.parts.attachments.add(by, name=name, mime_type=mime_type, file=file)
    return str(made["id"])


async def send(
    guest: Guest, ids: Sequence[str], text: str = "What is it?", *, model: str = ECHO, thread_id: str | None = None
) -> Told:
    """A message with files, and its answer."""
    return await guest.read(await guest.start(*request(ids, text, model=model, thread_id=thread_id)))


def request(
    ids: Sequence[str], text: str = "What is it?", *, model: str = ECHO, thread_id: str | None = None
) -> tuple[str, Json]:
    """The request for it."""
    said = message(text, model=model, attachments=list(ids))
    if thread_id is None:
        return "threads.create", {"input": said}
    return "threads.add_user_message", {"thread_id": thread_id, "input": said}


def told(house: House, call: int = -1) -> Any:
    """The messages of a request that the provider saw, without the system's."""
    return [one for one in house.calls[call].body["messages"] if one["role"] != "system"]
