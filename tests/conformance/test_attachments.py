"""Checks 60 to 65: files and dictation."""

import zlib
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from struct import pack
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.conformance.conftest import Served, open_served
from tests.conformance.ui import Ui, refusal
from tests.house import Json, message

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = b"The password of the kite is SWALLOW."
ONE = "compatible/words-1"


def picture() -> bytes:
    """A red dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    header = pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


async def begun(ui: Ui, name: str = "kite.txt", mime: str = "text/plain", size: int = len(WORDS)) -> Json:
    """A file that is announced, and not sent yet."""
    attachment: Json = await ui.ask("attachments.create", name=name, size=size, mime_type=mime)
    return attachment


async def sent(ui: Ui, data: bytes = WORDS, name: str = "kite.txt", mime: str = "text/plain") -> Json:
    """A file that is there."""
    response = await ui.http.post("/chatkit/attachments", files={"file": (name, data, mime)})
    assert response.status_code == 200, response.text
    attachment: Json = response.json()
    return attachment


def with_file(*ids: str, text: str = "What does it say?", model: str = ONE) -> Json:
    return {"input": message(text, model=model, attachments=list(ids))}


@pytest.mark.parametrize("way", ["multipart", "raw"])
async def test_60_a_file_is_announced_sent_named_and_read(served: Served, ann: Ui, way: str) -> None:
    announced = await begun(ann)
    target = announced["upload_descriptor"]
    assert urlsplit(str(target["url"])).scheme == "http"
    if way == "multipart":
        assert target["method"] == "POST"
        files = {"file": ("kite.txt", WORDS, "text/plain")}
        uploaded = await ann.http.post(target["url"], files=files, headers=target["headers"])
    else:
        headers = {"content-type": "text/plain", **target["headers"]}
        uploaded = await ann.http.put(target["url"], content=WORDS, headers=headers)
    assert uploaded.status_code == 200, uploaded.text
    assert uploaded.json().get("upload_descriptor") is None
    reply = await ann.stream("threads.create", with_file(announced["id"]))
    (kept,) = reply.done("user_message")[0]["attachments"]
    assert (kept["id"], kept["thread_id"]) == (announced["id"], reply.thread_id)
    assert kept.get("upload_descriptor") is None
    assert served.calls("SWALLOW")


async def test_60_a_picture_reaches_a_model_that_sees(served: Served, ann: Ui) -> None:
    attachment = await sent(ann, picture(), "dot.png", "image/png")
    assert attachment["type"] == "image"
    assert urlsplit(str(attachment["preview_url"])).netloc
    reply = await ann.stream(
        "threads.create", with_file(attachment["id"], text="What is in it, 60?", model="openai/gpt-6-words-1")
    )
    assert reply.error is None
    assert "data:image/" in str(served.calls("What is in it, 60?")[-1].body)


async def test_61_a_file_that_is_sent_at_once_is_an_attachment(ann: Ui) -> None:
    attachment = await sent(ann)
    assert {"id", "name", "mime_type", "type"} <= set(attachment)
    assert (attachment["type"], attachment["name"], attachment["mime_type"]) == ("file", "kite.txt", "text/plain")
    assert {"metadata", "upload_descriptor"} & set(attachment) == set()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict(bare: Path, kept_in: str) -> AsyncIterator[Served]:
    """A server that takes little."""
    async with open_served(kept_in, bare / "strict", max_attachment_bytes=1000, max_attachments=2) as served:
        yield served


async def test_62_too_large_too_many_and_of_another_kind_is_refused(strict: Served) -> None:
    ann = await strict.visitor()
    params = {"name": "a.txt", "mime_type": "text/plain"}
    await ann.refused("attachments.create", 413, **params, size=1001)
    refusal(await ann.http.post("/chatkit/attachments", files={"file": ("a.txt", b"", "text/plain")}), 400)
    await ann.refused("attachments.create", 400, name="a.exe", mime_type="application/x-msdownload", size=9)
    await ann.refused("attachments.create", 400, name="a.mp4", mime_type="video/mp4", size=9)
    refusal(await ann.http.post("/chatkit/attachments", files={"file": ("a.txt", b"x" * 1001, "text/plain")}), 413)
    liar = await ann.http.post("/chatkit/attachments", files={"file": ("a.png", b"<svg onload=x>", "image/png")})
    refusal(liar, 400)
    announced = await begun(ann, size=5)
    target = announced["upload_descriptor"]["url"]
    refusal(await ann.http.put(target, content=b"x" * 2000, headers={"content-type": "text/plain"}), 413, 400)
    three = [(await sent(ann))["id"] for _ in range(3)]
    await ann.refused("threads.create", 400, **with_file(*three))
    assert (await ann.ask("threads.list"))["data"] == []


async def test_62_a_file_that_is_not_there_leaves_no_thread_behind(ann: Ui) -> None:
    announced = await begun(ann)
    await ann.refused("threads.create", 400, **with_file(announced["id"]))
    await ann.refused("threads.create", 404, **with_file("atc_unknown"))
    assert (await ann.ask("threads.list"))["data"] == []


async def test_63_nobody_else_reads_sends_or_deletes_a_file(ann: Ui, bob: Ui) -> None:
    attachment = await sent(ann, picture(), "dot.png", "image/png")
    path = f"/chatkit/attachments/{attachment['id']}"
    missing = await bob.http.get("/chatkit/attachments/atc_unknown")
    foreign = await bob.http.get(path)
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    refusal(foreign, 404)
    await bob.refused("threads.create", 404, **with_file(attachment["id"]))
    await bob.refused("attachments.delete", 404, attachment_id=attachment["id"])
    refusal(await bob.http.put(path, content=b"x"), 404, 403)
    assert (await ann.http.get(path)).content == picture()


async def test_63_a_preview_is_signed_expires_and_is_served_with_care(ann: Ui, bob: Ui) -> None:
    """That it expires: tests/attachments."""
    attachment = await sent(ann, picture(), "dot.png", "image/png")
    shown = await bob.http.get(attachment["preview_url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    refusal(await bob.http.get(attachment["preview_url"][:-2] + "xx"), 404, 403)
    page = await sent(ann, b"<script>alert(1)</script>", "a.html", "text/html")
    served = await ann.http.get(f"/chatkit/attachments/{page['id']}")
    for response in (shown, served):
        assert response.headers["x-content-type-options"] == "nosniff"
    assert served.headers["content-type"].startswith("text/plain")
    assert served.headers["content-disposition"].startswith("attachment")


async def test_64_a_file_is_deleted_once_and_one_that_was_sent_stays(ann: Ui) -> None:
    attachment = await sent(ann)
    for _ in range(2):
        assert await ann.ask("attachments.delete", attachment_id=attachment["id"]) == {}
    refusal(await ann.http.get(f"/chatkit/attachments/{attachment['id']}"), 404)
    kept = await sent(ann)
    reply = await ann.stream("threads.create", with_file(kept["id"]))
    await ann.refused("attachments.delete", 409, attachment_id=kept["id"])
    assert (await ann.http.get(f"/chatkit/attachments/{kept['id']}")).content == WORDS
    await ann.ask("threads.delete", thread_id=reply.thread_id)
    refusal(await ann.http.get(f"/chatkit/attachments/{kept['id']}"), 404)


SOUND = b64encode(b"\x1aE\xdf\xa3sound").decode()


async def test_65_speech_without_a_key_is_not_on_offer(database_url: str, tmp_path: Path) -> None:
    """With one, and each kind of recording: tests/protocol/test_uploads.py."""
    async with open_served(database_url, tmp_path, openai_api_key=None, google_api_key=None) as served:
        ann = await served.visitor()
        assert await ann.refused("input.transcribe", 501, audio_base64=SOUND, mime_type="audio/webm;codecs=opus")
        assert (await ann.http.get("/chatkit/options")).json()["dictation"] is False


async def test_65_what_is_no_speech_is_refused(ann: Ui) -> None:
    await ann.refused("input.transcribe", 400, audio_base64="not base64!", mime_type="audio/mp4")
    await ann.refused("input.transcribe", 400, audio_base64=SOUND, mime_type="video/mp4")
    await ann.refused("input.transcribe", 413, audio_base64="A" * 1_200_000, mime_type="audio/mp4")
    assert (await ann.http.get("/chatkit/options")).json()["dictation"] is True
