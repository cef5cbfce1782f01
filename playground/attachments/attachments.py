"""The files of visitors, from the announcement to the last byte."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import IO, Any, TypeVar

from chatkit.types import AttachmentUploadDescriptor, FileAttachment, ImageAttachment
from pydantic import AnyUrl
from sqlmodel import Session

from playground import wire
from playground.attachments import checking
from playground.attachments.kinds import cleaned, kind_of, settled
from playground.attachments.links import Links
from playground.attachments.vault import Vault
from playground.errors import Malformed, NotConfigured, NotFound, TooLarge, TooMany, Unavailable
from playground.ids import new_id
from playground.policy import policy_of
from playground.settings import Settings
from playground.store import attachments
from playground.store.database import Database
from playground.store.tables import AttachmentRow
from playground.visitor import Visitor

T = TypeVar("T")
Json = dict[str, Any]

MOST_UNSENT = 20
"""Files of a visitor that no message has named. Two messages full of them; what somebody who never says a word can
have us keep."""
UNFINISHED_LIFE = timedelta(hours=1)
UNSENT_LIFE = timedelta(days=1)
TOMBSTONE_LIFE = timedelta(days=1)
"""For which a deleted file is known to be deleted, rather than unknown."""
SWEEP = 200
"""Files whose bytes are deleted in one go."""
SWEEP_SECONDS = 2
"""For which that is waited for. It goes on by itself."""
AT_ONCE = 2
"""Files that are looked into at the same time. An image takes up to two thirds of a gigabyte, unpacked."""

logger = logging.getLogger(__name__)


class Attachments:
    """One per process. Methods raise VisitorError; a foreign file is as unknown as a missing one."""

    def __init__(self, settings: Settings, database: Database, secret: bytes) -> None:
        self._policy = policy_of(settings)
        self._database = database
        self._vault = Vault(settings.attachments_url or str((settings.data_dir / "attachments").absolute()))
        self._room = asyncio.Semaphore(AT_ONCE)
        self._sweeping: asyncio.Task[None] | None = None
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.links = Links(secret, home=f"http://{host}:{settings.port}")

    async def create(self, visitor: Visitor, *, name: str, mime_type: str, size: int) -> Json:
        """Announce a file; the answer says where to upload it."""
        made = self._row(visitor, name, mime_type, size)
        await self._insert(made)
        link = AttachmentUploadDescriptor(url=AnyUrl(self.links.to(made.id, "write")), method="POST")
        return {**self._described(made), "upload_descriptor": wire.payload(link)}

    async def add(self, visitor: Visitor, *, name: str, mime_type: str, file: IO[bytes]) -> Json:
        """A file with its bytes, at once."""
        size = await asyncio.to_thread(_length, file)
        made = self._row(visitor, name, mime_type, size)
        await self._insert(made)
        try:
            return await self.receive(made.id, file)
        except BaseException:
            await self._database.write(lambda s: attachments.remove(s, visitor_id=visitor.id, attachment_id=made.id))
            raise

    async def expect(self, attachment_id: str, *, visitor: Visitor | None) -> None:
        """Raise NotFound or Conflict if no bytes are waited for, from the visitor unless a signature stands for him."""
        owner = visitor.id if visitor else None
        await self._database.read(
            lambda s: attachments.refuse_again(attachments.find(s, attachment_id, visitor_id=owner))
        )

    async def receive(self, attachment_id: str, file: IO[bytes]) -> Json:
        """The bytes of a file that was announced. Refused bytes leave it as it was: others may come."""
        size = await asyncio.to_thread(_length, file)
        self._refuse_large(size)
        row = await self._database.write(lambda session: self._claimed(session, attachment_id, size))
        try:
            await self.heavy(lambda: checking.check(file, row.mime_type))
            await self._stored(lambda: self._vault.keep(attachment_id, file))
        except BaseException:
            with suppress(NotFound):
                await self._database.write(lambda session: attachments.settle(session, attachment_id, size=None))
            raise
        try:
            row = await self._database.write(lambda session: attachments.settle(session, attachment_id, size=size))
        except NotFound:  # deleted meanwhile, and its bytes perhaps looked for before they were there
            await self._stored(lambda: self._vault.drop(attachment_id))
            raise
        return self._described(row)

    async def find(self, attachment_id: str, *, visitor: Visitor | None) -> AttachmentRow:
        """A file that is complete; of the visitor, unless a signature stands for him. Raises NotFound."""
        visitor_id = visitor.id if visitor else None
        row = await self._database.read(lambda session: attachments.find(session, attachment_id, visitor_id=visitor_id))
        if row.status != "ready":
            raise NotFound
        return row

    async def open(self, row: AttachmentRow) -> IO[bytes]:
        """Its bytes, to be read piece by piece. Raises NotFound if they are lost."""
        return await self._stored(lambda: self._vault.open(row.id))

    async def read(self, row: AttachmentRow) -> bytes:
        """All its bytes. Raises NotFound if they are lost."""
        return await self._stored(lambda: self._vault.read(row.id))

    async def sendable(self, visitor: Visitor, ids: Sequence[str]) -> list[ImageAttachment | FileAttachment]:
        """Files for a message. Raises Malformed for too many or an unfinished one, NotFound."""
        if len(ids) > self._policy.max_attachments:
            raise Malformed("A message has at most {most} files.", most=self._policy.max_attachments)
        wanted = list(dict.fromkeys(wire.clean(list(ids))))
        rows = await self._database.read(lambda s: attachments.sendable(s, visitor_id=visitor.id, ids=wanted))
        return [self._attachment(row) for row in rows]

    async def remove(self, visitor: Visitor, attachment_id: str) -> None:
        """The visitor does not want to send it. Raises NotFound, and Conflict for one that was sent."""
        wanted = wire.clean(attachment_id)
        await self._database.write(lambda s: attachments.remove(s, visitor_id=visitor.id, attachment_id=wanted))

    async def tidy(self) -> None:
        """Delete what was not finished, not sent, or belongs to no conversation any more."""
        now = datetime.now(UTC)

        def expired(session: Session) -> Sequence[str]:
            attachments.expire(session, unfinished_before=now - UNFINISHED_LIFE, unsent_before=now - UNSENT_LIFE)
            return attachments.gone(session, limit=SWEEP)

        if self._sweeping is not None and not self._sweeping.done():
            return  # a store that hangs is not asked again, and holds nobody up
        ids = await self._database.write(expired)
        self._sweeping = asyncio.create_task(self._sweep(ids, now - TOMBSTONE_LIFE))
        await asyncio.wait({self._sweeping}, timeout=SWEEP_SECONDS)

    async def _sweep(self, ids: Sequence[str], forget_before: datetime) -> None:
        try:
            swept = await asyncio.to_thread(self._swept, ids)
            await self._database.write(lambda s: attachments.dropped(s, swept, forget_before=forget_before))
        except Exception:  # whatever it is: they are found again the next time
            logger.exception("it could not be noted which files were deleted")

    def _swept(self, ids: Sequence[str]) -> list[str]:
        """Those of the files whose bytes are gone now."""
        swept: list[str] = []
        for one in ids:
            try:
                self._vault.drop(one)
                swept.append(one)
            except Exception:  # each file system has errors of its own; the next time is soon
                logger.exception("a file could not be deleted")
        return swept

    async def heavy(self, work: Callable[[], T]) -> T:
        """What `work` answers, done in a thread, and not much of it at once."""
        async with self._room:
            return await asyncio.to_thread(work)

    async def _stored(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except FileNotFoundError:
            raise NotFound from None
        except Exception as error:  # each file system has errors of its own
            logger.exception("the store of files cannot be used")
            raise Unavailable("Files cannot be kept or read at the moment. Try again.") from error

    def _row(self, visitor: Visitor, name: str, mime_type: str, size: int) -> AttachmentRow:
        if self._policy.max_attachments == 0:
            raise NotConfigured("No files are taken here.")
        self._refuse_large(size)
        shown = cleaned(name)
        kept = settled(wire.clean(mime_type), shown, strict=self._policy.strict)
        return AttachmentRow(
            id=new_id("atc"),
            visitor_id=visitor.id,
            status="pending",
            name=shown,
            mime_type=kept,
            size=max(size, 0),
            payload={},
            created_at=datetime.now(UTC),
        )

    async def _insert(self, row: AttachmentRow) -> None:
        most = max(MOST_UNSENT, 2 * self._policy.max_attachments)

        def work(session: Session) -> None:
            if attachments.unsent(session, visitor_id=row.visitor_id) >= most:
                raise TooMany("Many files wait to be sent. Send or remove some first.", retry_after=60)
            session.add(AttachmentRow(**row.model_dump()))
            session.flush()
            self._refuse_full(session, row.visitor_id)

        await self._database.write(work)

    def _claimed(self, session: Session, attachment_id: str, size: int) -> AttachmentRow:
        """The file whose bytes came. What others announce meanwhile is counted by now, at its whole size."""
        row = attachments.claim(session, attachment_id)
        bounds = (self._policy.visitor_attachment_bytes, self._policy.attachment_bytes)
        if bounds != (None, None) and size > row.size:
            raise TooLarge("The file is larger than it was said to be.")
        self._refuse_full(session, row.visitor_id)
        return row

    def _refuse_full(self, session: Session, visitor_id: str) -> None:
        """Raise for more than may be kept: of one visitor in a day, deleted files included, and of all."""
        most, room = self._policy.visitor_attachment_bytes, self._policy.attachment_bytes
        since = datetime.now(UTC) - timedelta(days=1)
        if most is not None and attachments.weight(session, visitor_id=visitor_id, since=since) > most:
            raise TooMany(
                "Files of at most {megabytes} MB a day are taken. Come back tomorrow.",
                megabytes=f"{most / 1_048_576:.3g}",
                retry_after=3600,
            )
        if room is not None and attachments.weight(session) > room:
            raise Unavailable("No more files can be kept here at the moment.")

    def _refuse_large(self, size: int) -> None:
        if size > self._policy.max_attachment_bytes:
            megabytes = f"{self._policy.max_attachment_bytes / 1_048_576:.3g}"
            raise TooLarge("A file has at most {megabytes} MB.", megabytes=megabytes)

    def _attachment(self, row: AttachmentRow) -> ImageAttachment | FileAttachment:
        facts: Json = {"id": row.id, "name": row.name, "mime_type": row.mime_type, "thread_id": row.thread_id}
        if kind_of(row.mime_type) == "image":
            return ImageAttachment(**facts, preview_url=AnyUrl(self.links.to(row.id, "read")))
        return FileAttachment(**facts)

    def _described(self, row: AttachmentRow) -> Json:
        return wire.payload(self._attachment(row))


def _length(file: IO[bytes]) -> int:
    return file.seek(0, 2)
