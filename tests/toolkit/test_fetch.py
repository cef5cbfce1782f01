"""The guarded client against a canary that listens on the loopback and counts who comes."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import cast

import httpcore2
import pytest
from agents.tool_context import ToolContext

from playground.toolkit import fetch
from playground.toolkit.addresses import is_public, literal
from playground.toolkit.fetch import MOST_BYTES, REFUSED, Fetched, Fetcher, FetchError, Stream, dialled
from playground.toolkit.pages import page_reader

PUBLIC = "93.184.215.14"
Reply = Callable[[str], bytes]


def page(body: bytes | str = "hello", *, kind: str = "text/plain", status: int = 200, headers: str = "") -> bytes:
    """An answer over HTTP/1.1."""
    sent = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(sent)}\r\n{headers}\r\n"
    return head.encode() + sent


def moved(to: str, status: int = 302) -> bytes:
    return page("", status=status, headers=f"Location: {to}\r\n")


@dataclass
class Canary:
    """A server that nobody on the inside wants to be asked. `heads` are what it was asked."""

    port: int = 0
    hits: int = 0
    heads: list[str] = field(default_factory=list[str])
    reply: Reply = lambda _head: page("CANARY")
    endless: bytes = b""
    pause: float = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.hits += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heads.append(head)
            writer.write(self.reply(head))
            await writer.drain()
            while self.endless:
                await asyncio.sleep(self.pause)
                writer.write(self.endless)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    made = Canary()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


async def inner(name: str, _port: int) -> Sequence[str]:
    """A resolver with some names of an inner network."""
    inside = {
        "localhost": ["127.0.0.1", "::1"],
        "metadata.google.internal": ["169.254.169.254"],
        "inside.example": ["127.0.0.1"],
        "mixed.example": [PUBLIC, "127.0.0.1"],
        "six.example": ["::1"],
        "mapped.example": ["::ffff:127.0.0.1"],
        "nat.example": ["64:ff9b::7f00:1"],
        "office.example": ["10.1.2.3"],
        "nowhere.example": [],
    }
    return inside.get(name, ["127.0.0.1"])


HOSTILE = [
    "127.0.0.1",
    "127.1",
    "127.255.255.254",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "0",
    "0.0.0.0",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "anything.localhost",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[2606:4700::5efe:127.0.0.1]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fe80::1%25eth0]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "169.254.170.2",
    "192.0.0.192",
    "168.63.129.16",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "metadata.google.internal",
    "inside.example",
    "mixed.example",
    "six.example",
    "mapped.example",
    "nat.example",
    "office.example",
    "nowhere.example",
    "inside.example:80@127.0.0.1",
    "user:pass@127.0.0.1",
    "127.0.0.1\\@93.184.215.14",
    "①②⑦.0.0.1",
    "１２７.0.0.1",
    "127。0。0。1",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "127.0.0.1%00.example",
    "127.0.0.1%2f.example",
    "xn--fiqs8s.127.0.0.1.nip.example",
]


@pytest.mark.parametrize("host", HOSTILE)
async def test_no_spelling_of_an_inner_address_reaches_it(canary: Canary, host: str) -> None:
    dials: list[str] = []

    async def only_home(address: str, port: int) -> Stream:  # whatever is let through: this machine, or nobody
        dials.append(address)
        return await dialled("127.0.0.1", port)

    fetcher = Fetcher(ports={80, 443, canary.port}, resolve=inner, dial=only_home)
    with pytest.raises(FetchError):
        await fetcher.fetch(f"http://{host}:{canary.port}/secret" if ":80@" not in host else f"http://{host}/")
    assert (dials, canary.hits) == ([], 0)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://inside.example/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_INFO",
        "data:text/plain,hello",
        "javascript:alert(1)",
        "unix:/var/run/docker.sock",
        "//inside.example/",
        "http:///path",
        "http:inside.example",
        "http://[::1",
        "http://",
        "",
        "http://public.example:22/",
        "http://public.example:6379/",
        "http://public.example:99999/",
        "http://user@public.example/",
        "http://:secret@public.example/",
        "http://public.example/\r\nHost: inside",
        f"http://public.example/{'a' * 2_001}",
    ],
)
async def test_what_is_no_plain_address_of_a_page_is_not_asked(url: str) -> None:
    asked: list[str] = []

    async def resolve(name: str, _port: int) -> Sequence[str]:
        asked.append(name)
        return [PUBLIC]

    with pytest.raises(FetchError):
        await Fetcher(resolve=resolve).fetch(url)
    assert asked == []


def outside(canary: Canary, hosts: Collection[str] | None = None) -> Fetcher:
    """Every name is a public address, and behind each stands the canary."""

    async def resolve(_name: str, _port: int) -> Sequence[str]:
        return [PUBLIC]

    async def dial(address: str, _port: int) -> Stream:
        assert address == PUBLIC
        return await plain("127.0.0.1", canary.port)

    return Fetcher(hosts=hosts, resolve=resolve, dial=dial)


async def plain(address: str, port: int) -> Stream:
    backend = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())
    return await backend.connect_tcp(address, port, timeout=5)


async def test_a_public_page_is_read_with_its_own_host_and_nothing_else_sent_along(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    canary.reply = lambda _head: page("Grüße".encode(), kind="text/html; charset=utf-8", headers="Set-Cookie: a=b\r\n")
    found = await outside(canary).fetch("http://Public.example/a b?c=ä#frag")
    assert found == Fetched("http://public.example/a%20b?c=%C3%A4", 200, "text/html", "Grüße")
    [head] = canary.heads
    assert head.startswith("GET /a%20b?c=%C3%A4 HTTP/1.1\r\nhost: public.example\r\n")
    assert "cookie" not in head.lower()
    assert "authorization" not in head.lower()


async def test_a_name_that_means_something_else_a_moment_later_is_looked_up_once(canary: Canary) -> None:
    answers = [[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]
    dials: list[str] = []

    async def rebinding(_name: str, _port: int) -> Sequence[str]:
        return answers.pop(0)

    async def dial(address: str, _port: int) -> Stream:
        dials.append(address)
        return await plain("127.0.0.1", canary.port)

    fetcher = Fetcher(resolve=rebinding, dial=dial)
    assert (await fetcher.fetch("http://rebind.example/")).text == "CANARY"
    assert (dials, len(answers)) == ([PUBLIC], 2)
    with pytest.raises(FetchError):  # and the second time it is not public any more
        await fetcher.fetch("http://rebind.example/")
    assert (dials, canary.hits) == ([PUBLIC], 1)


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://169.254.169.254/latest/meta-data/",
        "//127.0.0.1/",
        "http://user:pass@public.example/",
        "http://public.example:22/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "javascript:alert(1)",
    ],
)
async def test_a_redirect_is_checked_as_the_first_address_was(canary: Canary, target: str) -> None:
    canary.reply = lambda head: moved(target) if "GET /start" in head else page("CANARY")
    with pytest.raises(FetchError):
        await outside(canary).fetch("http://public.example/start")
    assert canary.hits == 1


async def test_a_redirect_is_followed_three_times_and_no_further_without_cookies(canary: Canary) -> None:
    def hop(head: str) -> bytes:
        at = int(head.split("/hop", 1)[1].split(" ", 1)[0])
        return page("there") if at == 3 else moved(f"/hop{at + 1}").replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b\r\n\r\n")

    canary.reply = hop
    found = await outside(canary).fetch("http://public.example/hop0")
    assert (found.url, found.text, canary.hits) == ("http://public.example/hop3", "there", 4)
    assert not any("cookie:" in head.lower() for head in canary.heads)
    canary.reply = lambda _head: moved("http://public.example/again")
    with pytest.raises(FetchError, match="more than 3 times"):
        await outside(canary).fetch("http://public.example/")
    assert canary.hits == 8


async def test_a_page_that_is_too_long_is_cut(canary: Canary) -> None:
    canary.reply = lambda _head: page(b"a" * (MOST_BYTES + 9))
    found = await outside(canary).fetch("http://public.example/")
    assert (len(found.text), found.cut) == (MOST_BYTES, True)


async def test_a_page_without_an_end_is_cut(canary: Canary) -> None:
    canary.reply = lambda _head: b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
    canary.endless = b"b" * 65_536
    found = await outside(canary).fetch("http://public.example/")
    assert (len(found.text), found.cut) == (MOST_BYTES, True)


@pytest.mark.parametrize("layers", [1, 2])
async def test_what_unpacks_into_more_is_cut(canary: Canary, layers: int) -> None:
    bomb = b"\0" * (60 * 1_048_576)
    for _ in range(layers):
        bomb = gzip.compress(bomb, 6)
    canary.reply = lambda _head: page(bomb, headers="Content-Encoding: gzip\r\n")
    fetcher = outside(canary)
    canary_reply = canary.reply("")
    canary.reply = lambda _head: canary_reply
    tracemalloc.start()
    try:
        found = await fetcher.fetch("http://public.example/")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found.text) <= MOST_BYTES
    assert found.cut is (layers == 1)
    assert peak < 8 * MOST_BYTES


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "gzip"])
async def test_what_is_packed_in_another_way_is_not_read(canary: Canary, encoding: str) -> None:
    canary.reply = lambda _head: page(zlib.compress(b"hello"), headers=f"Content-Encoding: {encoding}\r\n")
    with pytest.raises(FetchError, match="packed"):
        await outside(canary).fetch("http://public.example/")


async def test_a_packed_page_is_unpacked(canary: Canary) -> None:
    canary.reply = lambda _head: page(gzip.compress(b"hello"), headers="Content-Encoding: gzip\r\n")
    assert (await outside(canary).fetch("http://public.example/")).text == "hello"


async def test_whoever_answers_drop_by_drop_is_not_waited_for(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.2)
    canary.reply = lambda _head: b"HTTP/1.1 200 OK\r\nX-Slow: "
    canary.endless, canary.pause = b"x", 0.01
    with pytest.raises(FetchError, match=r"within 0\.2 s"):
        await outside(canary).fetch("http://public.example/")


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", "application/octet-stream", "", "video/mp4"])
async def test_what_is_no_text_is_not_read(canary: Canary, kind: str) -> None:
    canary.reply = lambda _head: page(b"\x89PNG", kind=kind)
    with pytest.raises(FetchError, match="no text"):
        await outside(canary).fetch("http://public.example/")


@pytest.mark.parametrize(("charset", "sent", "read"), [("latin-1", b"\xe4", "ä"), ("zip", b"a", "a"), ("x", b"a", "a")])
async def test_a_text_is_read_in_its_charset(canary: Canary, charset: str, sent: bytes, read: str) -> None:
    canary.reply = lambda _head: page(sent, kind=f"text/plain; charset={charset}")
    assert (await outside(canary).fetch("http://public.example/")).text == read


async def test_a_name_in_another_script_is_asked_as_a_resolver_knows_it(canary: Canary) -> None:
    asked: list[str] = []

    async def resolve(name: str, _port: int) -> Sequence[str]:
        asked.append(name)
        return [PUBLIC]

    async def dial(_address: str, _port: int) -> Stream:
        return await plain("127.0.0.1", canary.port)

    await Fetcher(resolve=resolve, dial=dial).fetch("http://bücher.example/")
    assert asked == ["xn--bcher-kva.example"]


async def test_only_the_sites_that_were_named_are_read(canary: Canary) -> None:
    named = outside(canary, ("Tea.example",))
    assert (await named.fetch("http://tea.example/")).text == "CANARY"
    assert (await named.fetch("http://www.tea.example/")).text == "CANARY"
    for other in ("http://eviltea.example/", "http://tea.example.evil.example/", "http://93.184.215.14/"):
        with pytest.raises(FetchError, match="Only these sites"):
            await named.fetch(other)
    assert canary.hits == 2


async def test_a_server_that_is_not_there_is_said_without_saying_where_we_stand() -> None:
    async def dial(_address: str, _port: int) -> Stream:
        raise ConnectionRefusedError("from 10.0.0.7 to 93.184.215.14")

    async def resolve(_name: str, _port: int) -> Sequence[str]:
        return [PUBLIC]

    with pytest.raises(FetchError) as refused:
        await Fetcher(resolve=resolve, dial=dial).fetch("http://public.example/")
    assert "10.0.0.7" not in str(refused.value)


async def test_this_machine_is_not_asked_by_an_address_that_it_has_itself(canary: Canary) -> None:
    with pytest.raises(FetchError):
        await dialled("127.0.0.1", canary.port)
    assert canary.heads == []


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1", "64:ff9b::8.8.8.8"]
)
def test_addresses_of_the_web_are_public(address: str) -> None:
    spelled = literal(address)
    assert spelled is not None
    assert is_public(spelled)


async def test_a_tool_tells_its_model_what_a_page_says(canary: Canary) -> None:
    canary.reply = lambda _head: page(PAGE, kind="text/html")
    tool = page_reader(fetcher=outside(canary))
    asked = ToolContext(context=None, tool_name=tool.name, tool_call_id="call_1", tool_arguments="{}")
    told = await tool.on_invoke_tool(asked, '{"url": "http://public.example/"}')
    assert told == "Tea & more\nhttp://public.example/\n\nTea\nIt is hot & good."
    told = await tool.on_invoke_tool(asked, '{"url": "http://127.0.0.1/"}')
    assert told == REFUSED
    canary.reply = lambda _head: page("gone " * 9_000, status=404)
    told = await tool.on_invoke_tool(asked, '{"url": "http://public.example/"}')
    assert told.startswith("[The site answered with status 404.]")
    assert told.endswith("[The page goes on.]")


PAGE = """<!doctype html><title>Tea &amp; more</title><style>p{}</style><script>steal()</script>
<body><h1>Tea</h1><p>It is <b>hot</b> &amp;
good.<svg><text>drawn</text></svg></p>"""
