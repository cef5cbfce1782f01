"""What strangers may have us keep: fewer kinds, smaller files, so many bytes a day, and so many of all."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from playground.attachments.kinds import ACCEPT, accepted, settled
from playground.errors import Malformed, NotFound, TooLarge, TooMany, Unavailable
from playground.policy import MEGABYTE, policy_of
from playground.settings import Settings
from playground.visitor import Visitor
from tests.house import House, opened

ANN, BOB = Visitor("vis_ann"), Visitor("vis_bob")


async def add(house: House, size: int, *, who: Visitor = ANN) -> dict[str, Any]:
    return await house.parts.attachments.add(who, name="a.txt", mime_type="text/plain", file=BytesIO(b"a" * size))


def test_strangers_send_less() -> None:
    policy = policy_of(Settings(public=True))
    assert (policy.max_attachments, policy.max_attachment_bytes) == (3, 5 * MEGABYTE)
    assert (policy.visitor_attachment_bytes, policy.attachment_bytes) == (50 * MEGABYTE, 2000 * MEGABYTE)
    mine = policy_of(Settings())
    assert (mine.max_attachments, mine.visitor_attachment_bytes, mine.attachment_bytes) == (10, None, None)
    assert policy_of(Settings(public=True, max_attachments=1, max_kept_bytes=7)).attachment_bytes == 7


@pytest.mark.parametrize(
    ("mime_type", "name"),
    [
        ("text/html", "a.html"),
        ("text/plain", "a.html"),
        ("text/x-python", "a.py"),
        ("application/octet-stream", "a.sh"),
    ],
)
def test_strangers_send_no_pages_and_no_programs(mime_type: str, name: str) -> None:
    settled(mime_type, name)
    with pytest.raises(Malformed, match="not taken here"):
        settled(mime_type, name, strict=True)


def test_what_strangers_may_send_is_taken() -> None:
    assert sum(map(len, accepted(strict=True).values())) < sum(map(len, ACCEPT.values()))
    assert accepted(strict=False) is ACCEPT
    for mime_type, endings in accepted(strict=True).items():
        assert settled(mime_type, f"a{endings[0]}", strict=True) == mime_type


async def test_a_visitor_has_so_many_bytes_a_day_also_of_files_that_went(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path, public=True) as house:
        object.__setattr__(house.parts.attachments._policy, "visitor_attachment_bytes", 100)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        made = await add(house, 60)
        await house.parts.attachments.remove(ANN, made["id"])
        with pytest.raises(TooMany, match="MB a day"):
            await add(house, 41)
        await add(house, 40)
        await add(house, 100, who=BOB)


async def test_all_files_together_have_their_room(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url, tmp_path, max_kept_bytes=100) as house:
        made = await add(house, 60)
        with pytest.raises(Unavailable, match="No more files"):
            await add(house, 41, who=BOB)
        await add(house, 40, who=BOB)
        await house.parts.attachments.remove(ANN, made["id"])
        await house.parts.attachments.tidy()
        await add(house, 60, who=BOB)


async def test_a_file_is_no_larger_than_it_was_said_to_be(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url, tmp_path, public=True) as house:
        files = house.parts.attachments
        made = await files.create(ANN, name="a.txt", mime_type="text/plain", size=3)
        with pytest.raises(TooLarge, match="than it was said"):
            await files.receive(made["id"], BytesIO(b"aaaa"))
        with pytest.raises(NotFound):
            await files.find(made["id"], visitor=ANN)
        await files.receive(made["id"], BytesIO(b"aaa"))


async def test_a_message_has_no_more_files_than_the_policy_says(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url, tmp_path, public=True) as house:
        ids = [(await add(house, 1))["id"] for _ in range(4)]
        with pytest.raises(Malformed, match="at most 3 files"):
            await house.parts.attachments.sendable(ANN, ids)
        assert len(await house.parts.attachments.sendable(ANN, ids[:3])) == 3
