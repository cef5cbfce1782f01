"""Files and speech, asked for by the protocol."""

import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chatkit.types import Attachment
from pydantic import TypeAdapter

from playground.errors import Conflict, Malformed, NotConfigured, NotFound, TooLarge, VisitorError
from playground.protocol import uploads
from tests.attachments.files import kept, send
from tests.attachments.made import picture
from tests.house import Guest, House, opened

ATTACHMENT: TypeAdapter[Attachment] = TypeAdapter(Attachment)


async def test_a_file_is_announced_and_the_answer_says_where_it_goes(each_house: House) -> None:
    made = await each_house.guest().ask("attachments.create", name="a.png", size=10, mime_type="image/png")
    parsed = ATTACHMENT.validate_python(made)
    assert parsed.type == "image"
    assert parsed.upload_descriptor is not None
    link = urlsplit(str(parsed.upload_descriptor.url))
    assert (link.scheme, link.path) == ("http", f"/chatkit/attachments/{parsed.id}")
    assert parsed.upload_descriptor.method == "POST"


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"name": "a.png", "size": -1, "mime_type": "image/png"}, Malformed),
        ({"name": "a.png", "size": 10**12, "mime_type": "image/png"}, TooLarge),
        ({"name": "a.svg", "size": 1, "mime_type": "image/svg+xml"}, Malformed),
        ({"name": "a.exe", "size": 1, "mime_type": "application/x-msdownload"}, Malformed),
        ({"name": "a.png", "size": 1}, Malformed),
    ],
)
async def test_a_file_that_is_not_taken_is_refused(ann: Guest, params: dict[str, object], refusal: type) -> None:
    with pytest.raises(refusal):
        await ann.ask("attachments.create", **params)


async def test_a_file_is_deleted_by_its_owner_only(each_house: House) -> None:
    ann, bob, file = each_house.guest(), each_house.guest("vis_bob"), await kept(each_house)
    refusals: list[str] = []
    for attachment_id in (file, "atc_missing", "x\x00y"):
        with pytest.raises(NotFound) as refused:
            await bob.ask("attachments.delete", attachment_id=attachment_id)
        refusals.append(refused.value.message)
    assert len(set(refusals)) == 1
    assert await ann.ask("attachments.delete", attachment_id=file) == {}
    assert await ann.ask("attachments.delete", attachment_id=file) == {}


async def test_a_file_of_a_sent_message_stays(house: House, ann: Guest) -> None:
    file = await kept(house)
    told = await send(ann, [file])
    with pytest.raises(Conflict):
        await ann.ask("attachments.delete", attachment_id=file)
    (item, *_) = await ann.items(told.thread_id)
    assert [one["id"] for one in item["attachments"]] == [file]


async def test_no_path_and_no_metadata_leaves(house: House, tmp_path: Path, ann: Guest) -> None:
    told = await send(ann, [await kept(house)])
    seen = repr(await ann.items(told.thread_id)) + repr(told.frames)
    assert str(tmp_path) not in seen
    assert "vis_ann" not in seen


@pytest.fixture
async def silent(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Guest]:
    async with opened(sqlite_url, tmp_path, openai_api_key=None) as house:
        yield house.guest()


def sound(data: bytes = b"Hello.") -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "mime_type", ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus", "AUDIO/WEBM", "audio/wav"]
)
async def test_speech_becomes_text(ann: Guest, mime_type: str) -> None:
    assert await ann.ask("input.transcribe", audio_base64=sound(), mime_type=mime_type) == {"text": "Hello."}


@pytest.mark.parametrize(
    ("audio", "mime_type"),
    [("%%%", "audio/webm"), ("AAA", "audio/webm"), ("é", "audio/webm"), ("", "audio/webm"), (sound(), "text/html")],
)
async def test_what_is_no_recording_is_refused(ann: Guest, audio: str, mime_type: str) -> None:
    with pytest.raises(Malformed):
        await ann.ask("input.transcribe", audio_base64=audio, mime_type=mime_type)


async def test_a_recording_has_a_largest_size(ann: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_AUDIO", 100)
    with pytest.raises(TooLarge):
        await ann.ask("input.transcribe", audio_base64=sound(b"a" * 200), mime_type="audio/webm")


async def test_without_a_key_dictation_says_so(silent: Guest) -> None:
    with pytest.raises(NotConfigured) as refused:
        await silent.ask("input.transcribe", audio_base64=sound(), mime_type="audio/webm")
    assert refused.value.status == 501
    assert isinstance(refused.value, VisitorError)


async def test_links_are_fresh_wherever_an_item_is_read(house: House, ann: Guest) -> None:
    made = await house.parts.attachments.add(
        ann.visitor, name="a.png", mime_type="image/png", file=io.BytesIO(picture())
    )
    told = await send(ann, [made["id"]])
    (item, *_) = await ann.items(told.thread_id)
    listed = await ann.ask("items.list", thread_id=told.thread_id, order="asc")
    for shown in (item, listed["data"][0]):
        link = urlsplit(str(shown["attachments"][0]["preview_url"]))
        mark = link.query.removeprefix("signature=")
        assert house.parts.attachments.links.allows(made["id"], "read", mark)
        assert shown["attachments"][0]["thread_id"] == told.thread_id
