"""A visitor's files, in process."""

import io
from collections.abc import Sequence

from chatkit.types import Attachment
from pydantic import TypeAdapter
from sqlmodel import Session

from playground.client.requests import Requests
from playground.store import attachments, items

_ATTACHMENT: TypeAdapter[Attachment] = TypeAdapter(Attachment)


class Files(Requests):
    """Files to send, and those that were sent. Methods raise VisitorError."""

    async def attach(self, name: str, mime_type: str, data: bytes) -> Attachment:
        """A file to send: looked into, and kept. Not sent within a day it is deleted."""
        made = await self._parts.attachments.add(self._visitor, name=name, mime_type=mime_type, file=io.BytesIO(data))
        return _ATTACHMENT.validate_python(made)

    async def detach(self, attachment_id: str) -> None:
        """A file that is not to be sent after all. Raises Conflict for one that was."""
        await self._ask("attachments.delete", {"attachment_id": attachment_id})

    async def attachment(self, attachment_id: str) -> bytes:
        """A file's bytes. Raises NotFound."""
        row = await self._parts.attachments.find(attachment_id, visitor=self._visitor)
        return await self._parts.attachments.read(row)

    async def _files_for(
        self, thread_id: str | None, edit_item_id: str | None, named: Sequence[str] | None
    ) -> list[str]:
        """The files of a message: those that are named, else those of the message that it replaces."""
        if named is not None or thread_id is None or edit_item_id is None:
            return list(named or ())

        def work(session: Session) -> list[str]:
            return attachments.named([items.locate(session, self._find(session, thread_id), edit_item_id).payload])

        return await self._database.read(work)
