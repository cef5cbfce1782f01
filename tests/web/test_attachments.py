"""Files over real connections."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from playground.web import bodies
from playground.web.attachments import Download
from tests.attachments.made import pdf, picture, polyglot
from tests.stack import Stack, stack


@pytest.fixture
async def up(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Stack]:
    async with stack(sqlite_url, data_dir=tmp_path, public_url="https://chat.example.com") as running:
        yield running


async def announced(up: Stack, name: str = "a.png", mime_type: str = "image/png") -> dict[str, Any]:
    request = {"type": "attachments.create", "params": {"name": name, "size": 10, "mime_type": mime_type}}
    made: dict[str, Any] = (await up.client.post("/chatkit", json=request)).raise_for_status().json()
    return made


async def added(up: Stack, data: bytes, name: str = "a.png", mime_type: str = "image/png") -> dict[str, Any]:
    answer = await up.client.post("/chatkit/attachments", files={"file": (name, data, mime_type)})
    made: dict[str, Any] = answer.raise_for_status().json()
    return made


def stranger(up: Stack) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=up.client.base_url, timeout=20)


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("form", [True, False])
async def test_bytes_come_as_a_form_or_bare(up: Stack, method: str, form: bool) -> None:
    made = await announced(up)
    body: dict[str, Any] = {"files": {"file": ("x", picture(), "image/png")}} if form else {"content": picture()}
    answer = await up.client.request(method, f"/chatkit/attachments/{made['id']}", **body)
    assert answer.status_code == 200
    assert answer.json()["id"] == made["id"]
    assert "upload_descriptor" not in answer.json()
    assert (await up.client.get(f"/chatkit/attachments/{made['id']}")).content == picture()


async def test_the_link_of_the_upload_needs_no_cookie(up: Stack) -> None:
    made = await announced(up)
    url = made["upload_descriptor"]["url"]
    assert url.startswith(str(up.client.base_url))
    async with stranger(up) as other:
        assert (await other.post(url, files={"file": ("a.png", picture())})).status_code == 200
        assert (await other.post(url, files={"file": ("a.png", picture())})).status_code == 409


async def test_a_preview_needs_none_either(up: Stack) -> None:
    made = await added(up, picture())
    async with stranger(up) as other:
        answer = await other.get(made["preview_url"])
        assert (answer.status_code, answer.content) == (200, picture())


async def test_links_begin_as_the_visitor_reaches_us(up: Stack) -> None:
    request = {"type": "attachments.create", "params": {"name": "a.png", "size": 10, "mime_type": "image/png"}}
    headers = {"Host": "chat.example.com"}
    made = (await up.client.post("/chatkit", json=request, headers=headers)).json()
    assert made["upload_descriptor"]["url"].startswith("https://chat.example.com/chatkit/attachments/atc_")


async def test_a_stranger_has_nothing_and_is_told_nothing(up: Stack) -> None:
    made = await added(up, picture())
    waiting = await announced(up)
    wrong = urlsplit(str(made["preview_url"])).query
    async with stranger(up) as other:
        answers = [
            await other.get(f"/chatkit/attachments/{made['id']}"),
            await other.get("/chatkit/attachments/atc_missing"),
            await other.get(f"/chatkit/attachments/{made['id']}?signature=x"),
            await other.get(f"/chatkit/attachments/{waiting['id']}?{wrong}"),
            await other.post(f"/chatkit/attachments/{waiting['id']}", content=picture()),
            await other.post(f"/chatkit/attachments/{waiting['id']}?{wrong}", content=picture()),
            await other.put(f"/chatkit/attachments/{made['id']}", content=picture()),
            await other.put("/chatkit/attachments/atc_missing", content=picture()),
        ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, '{"message":"Not found."}')}


@pytest.mark.parametrize(
    ("data", "name", "mime_type", "served", "disposition"),
    [
        (picture(), "a.png", "image/png", "image/png", "inline"),
        (picture("WEBP"), "a.webp", "image/webp", "image/webp", "inline"),
        (pdf("x"), "a.pdf", "application/pdf", "application/pdf", "inline"),
        (b"<script>alert(1)</script>", "a.html", "text/html", "text/plain; charset=utf-8", "attachment"),
        (b"a;b", "a.csv", "text/csv", "text/plain; charset=utf-8", "attachment"),
    ],
    ids=["png", "webp", "pdf", "html", "csv"],
)
async def test_only_what_is_no_page_is_shown(
    up: Stack, data: bytes, name: str, mime_type: str, served: str, disposition: str
) -> None:
    made = await added(up, data, name, mime_type)
    answer = await up.client.get(f"/chatkit/attachments/{made['id']}")
    assert answer.content == data
    assert answer.headers["content-type"] == served
    assert answer.headers["content-disposition"].startswith(f'{disposition}; filename="{name}"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert ("sandbox" in answer.headers["content-security-policy"]) is (mime_type != "application/pdf")


async def test_a_name_cannot_break_out_of_its_header(up: Stack) -> None:
    made = await announced(up, 'é"\r\nSet-Cookie: a=b; ü\\.png')
    await up.client.put(f"/chatkit/attachments/{made['id']}", content=picture())
    answer = await up.client.get(f"/chatkit/attachments/{made['id']}")
    assert "a=b" not in answer.headers.get("set-cookie", "")
    assert answer.headers["content-disposition"].count('"') == 2


async def test_a_direct_upload_answers_the_whole_attachment(up: Stack) -> None:
    made = await added(up, pdf("x"), "../../a.pdf", "application/pdf")
    assert {name: made[name] for name in ("name", "mime_type", "type")} == {
        "name": "a.pdf",
        "mime_type": "application/pdf",
        "type": "file",
    }
    assert not {"metadata", "upload_descriptor"} & made.keys()


@pytest.mark.parametrize(
    ("data", "mime_type"),
    [(polyglot(), "image/gif"), (picture(), "image/jpeg"), (b"", "text/plain"), (b"x", "image/svg+xml")],
    ids=["polyglot", "png", "empty", "svg"],
)
async def test_a_file_that_is_not_what_it_says_is_refused(up: Stack, data: bytes, mime_type: str) -> None:
    answer = await up.client.post("/chatkit/attachments", files={"file": ("a", data, mime_type)})
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"content": b"bare"},
        {"files": {"other": ("a.txt", b"x", "text/plain")}},
        {"files": [("file", ("a.txt", b"x")), ("file", ("b.txt", b"x"))]},
        {"data": {"file": "no file"}},
        {"content": b"--x", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"--y\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}},
    ],
)
async def test_a_direct_upload_is_a_form_with_one_file(up: Stack, body: dict[str, Any]) -> None:
    answer = await up.client.post("/chatkit/attachments", **body)
    assert answer.status_code == 400
    assert answer.json()["message"]


async def test_too_many_bytes_are_refused_wherever_they_are_seen(sqlite_url: str, tmp_path: Path) -> None:
    async with stack(sqlite_url, data_dir=tmp_path, max_attachment_bytes=1000) as up:
        for size in (1001, 500_000):
            made = await announced(up, "a.txt", "text/plain")
            answer = await up.client.put(f"/chatkit/attachments/{made['id']}", content=b"a" * size)
            assert (answer.status_code, "message" in answer.json()) == (413, True)
        form = await up.client.post("/chatkit/attachments", files={"file": ("a.txt", b"a" * 1001, "text/plain")})
        assert form.status_code == 413
        whole = await up.client.post("/chatkit/attachments", files={"file": ("a.txt", b"a" * 1000, "text/plain")})
        assert whole.status_code == 200
        assert len(list((tmp_path / "attachments").iterdir())) == 1


async def test_an_upload_without_a_told_length_is_bounded_too(sqlite_url: str, tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"a" * 1000

    async with stack(sqlite_url, data_dir=tmp_path, max_attachment_bytes=1000) as up:
        made = await announced(up, "a.txt", "text/plain")
        answer = await up.client.put(f"/chatkit/attachments/{made['id']}", content=endless())
        assert answer.status_code == 413


async def test_an_upload_larger_than_a_request_may_be_is_taken(up: Stack) -> None:
    data = b"line\n" * 400_000
    made = await added(up, data, "a.txt", "text/plain")
    assert (await up.client.get(f"/chatkit/attachments/{made['id']}")).content == data


async def test_a_silent_upload_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = bodies.BodyLimit(_never, 10, upload=10)
    monkeypatch.setattr(limit, "_upload", bodies.Bound(1000, 600, 0.01))
    scope: dict[str, Any] = {"type": "http", "method": "PUT", "path": "/chatkit/attachments/x", "headers": []}
    with pytest.raises(HTTPException) as refused:
        await limit(scope, _silence, _nobody)
    assert refused.value.status_code == 408


async def _never(_scope: Any, receive: Any, _send: Any) -> None:
    await receive()


async def _silence() -> Any:
    await asyncio.Event().wait()


async def _nobody(_message: Any) -> None:
    raise AssertionError


async def test_an_upload_that_breaks_off_leaves_nothing(up: Stack, tmp_path: Path) -> None:
    made = await announced(up, "a.txt", "text/plain")
    cookies = "; ".join(f"{name}={value}" for name, value in up.client.cookies.items())
    url = up.client.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = [
        f"PUT /chatkit/attachments/{made['id']} HTTP/1.1",
        "Host: localhost",
        f"Cookie: {cookies}",
        "Content-Length: 5000",
    ]
    writer.write("\r\n".join([*head, "", "half of it"]).encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert await reader.read() == b""
    again = await up.client.put(f"/chatkit/attachments/{made['id']}", content=b"all of it")
    assert again.status_code == 200
    assert [path.name for path in (tmp_path / "attachments").iterdir()] == [made["id"]]


async def test_a_page_of_another_site_uploads_nothing(up: Stack) -> None:
    headers = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    answer = await up.client.post("/chatkit/attachments", files={"file": ("a.txt", b"a")}, headers=headers)
    assert answer.status_code == 403


async def test_a_file_is_closed_when_its_reader_goes() -> None:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - who sends it closes it
    file.write(b"abc")
    file.seek(0)

    async def gone(_message: Any) -> None:
        raise OSError("the reader has gone")

    with pytest.raises(ClientDisconnect):
        await Download(file, {})({"type": "http", "asgi": {"spec_version": "2.4"}}, _silence, gone)
    assert file.closed
