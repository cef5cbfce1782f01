"""Our own client, as it is served."""

import posixpath
import re

import httpx2
import pytest

from playground.web.assets import KINDS
from playground.web.client import ASSETS, FOLDER, POLICY
from tests.web.raw import answer, connected

IMPORT = re.compile(r"""(?:\bfrom|\bimport|\bimport\()\s*["'](\.[^"']+)["']""")
MODULES = "/chatkit/client"


async def test_the_page_has_a_policy_without_exceptions(client: httpx2.AsyncClient) -> None:
    page = await client.get(MODULES)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "http" not in POLICY  # whatever is drawn, no other host is asked
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=", page.text)


async def test_the_page_with_a_slash_behind_it_is_the_page(client: httpx2.AsyncClient) -> None:
    page = await client.get(f"{MODULES}/?thread=thr_1")
    assert page.headers["location"] == "../client?thread=thr_1"


@pytest.mark.parametrize("path", ["chat.js", "shell.css", "draw/index.js", "icon.svg"])
async def test_any_site_may_load_the_modules(client: httpx2.AsyncClient, path: str) -> None:
    module = await client.get(f"{MODULES}/{path}", headers={"Origin": "https://anybody.test"})
    assert module.status_code == 200
    assert module.content == (FOLDER / path).read_bytes()
    assert module.headers["content-type"] == KINDS[posixpath.splitext(path)[1]]
    assert module.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in module.headers
    assert "set-cookie" not in module.headers


async def test_what_a_browser_has_is_not_sent_again(client: httpx2.AsyncClient) -> None:
    first = await client.get(f"{MODULES}/chat.js")
    assert first.headers["cache-control"] == "no-cache"
    again = await client.get(f"{MODULES}/chat.js", headers={"If-None-Match": f'"old", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get(f"{MODULES}/api.js", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "../client.py", "..%2Fclient.py", "draw/../../client.py", "%2e%2e/server.py", "/etc/passwd", "//etc/passwd",
        "chat.js/", "chat.js%00", "draw", "nothing.js", "page.html",
    ],
)  # fmt: skip
async def test_nothing_else_is_served(client: httpx2.AsyncClient, path: str) -> None:
    async with connected(client) as (reader, writer):  # by hand: a client library would tidy the path up
        writer.write(f"GET {MODULES}/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert (await answer(reader))[0] == 404


def test_every_import_is_there() -> None:
    missing = [
        (path, name)
        for path, asset in ASSETS.items()
        if path.endswith(".js") and not path.startswith("vendor/")
        for name in IMPORT.findall(asset.body.decode())
        if posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) not in ASSETS
    ]
    assert missing == []
