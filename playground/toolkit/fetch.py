"""What an agent reads of the web, without a way into anybody's inner network.

A name is looked up once, all that it stands for has to be public, and it is that address which is dialled: a name that
means something else a moment later changes nothing. The same holds for each redirect. Nothing is sent along: no cookie,
no proxy of the machine's, no credentials.
"""

import asyncio
import codecs
import re
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from ipaddress import ip_address
from socket import SOCK_STREAM
from ssl import SSLContext
from typing import Any, cast

import httpcore2
import httpx2
from typing_extensions import override

from playground.toolkit.addresses import Address, is_public, literal

Stream = httpcore2.AsyncNetworkStream
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""A name's addresses, for a port. Raises OSError."""
Dial = Callable[[str, int], Awaitable[Stream]]
"""A connection to an address. Raises OSError or what httpcore raises."""

MOST_BYTES = 2 * 1_048_576
"""Of a page, as sent and as unpacked. What is longer is cut."""
SECONDS = 5.0
"""For everything, redirects included."""
MOST_REDIRECTS = 3
LONGEST_URL = 2_000
PORTS = frozenset({80, 443})

_DEFAULT_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEXTS = re.compile(r"text/[\w.+-]+|application/([\w.-]+\+)?(json|xml)|application/(javascript|x-ndjson|yaml)")
_HEADERS = (
    (b"accept", b"text/html, text/*;q=0.9, application/json;q=0.9, application/xml;q=0.8"),
    (b"accept-encoding", b"gzip"),
    (b"user-agent", b"agent-playground"),
    (b"connection", b"close"),
)


class FetchError(Exception):
    """A page that was not read. The words are for the model: they tell nothing of where the server stands."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page: where it was in the end, its HTTP status, its type and its text. A `cut` one goes on."""

    url: str
    status: int
    media_type: str
    text: str
    cut: bool = False


async def resolved(name: str, port: int) -> Sequence[str]:
    """The machine's own answer for a name."""
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=SOCK_STREAM)
    return [str(info[4][0]) for info in found]


async def dialled(address: str, port: int) -> Stream:
    """A plain connection, unless it leads to this very machine by an address that it has on the internet."""
    backend = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())
    stream = await backend.connect_tcp(address, port, timeout=SECONDS)
    here, there = stream.get_extra_info("client_addr"), stream.get_extra_info("server_addr")
    if here is not None and there is not None and here[0] == there[0]:
        await stream.aclose()
        raise FetchError(REFUSED)
    return stream


REFUSED = "This address is not one of the public web, so it was not asked."


class Fetcher:
    """Reads pages. `hosts` are the only ones then, each with all below it; `ports` are those that may be asked.

    `resolve` and `dial` are how names are looked up and addresses reached: for tests, and for who has a resolver of
    his own. What they answer is checked all the same.
    """

    def __init__(
        self,
        *,
        hosts: Collection[str] | None = None,
        ports: Collection[int] = PORTS,
        resolve: Resolve = resolved,
        dial: Dial = dialled,
    ) -> None:
        self._hosts = None if hosts is None else frozenset(host.lower().strip(".") for host in hosts)
        self._ports = frozenset(ports)
        self._backend = _Guarded(resolve, dial)
        self._tls: SSLContext | None = None

    async def fetch(self, url: str) -> Fetched:
        """The page at an address. Raises FetchError."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._followed(url)
        except TimeoutError:
            raise FetchError(f"The page did not come within {SECONDS:g} s.") from None
        except FetchError:
            raise
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, OSError) as error:
            raise FetchError("The page could not be read: its server cannot be reached, or breaks off.") from error

    async def _followed(self, url: str) -> Fetched:
        wanted = self._checked(url)
        for _ in range(MOST_REDIRECTS + 1):
            found = await self._asked(wanted)
            if isinstance(found, Fetched):
                return found
            wanted = self._checked(found)
        raise FetchError(f"The page was moved more than {MOST_REDIRECTS} times.")

    async def _asked(self, url: httpx2.URL) -> Fetched | str:
        """The page, or where it has gone."""
        async with (
            httpcore2.AsyncConnectionPool(network_backend=self._backend, ssl_context=await self._context()) as pool,
            pool.stream("GET", _target(url), headers=[(b"host", url.netloc), *_HEADERS]) as response,
        ):
            told = {name.lower(): value for name, value in response.headers}
            if response.status in _REDIRECTS and b"location" in told:
                return _moved(url, told[b"location"].decode("latin-1"))
            media_type, charset = _kind(told.get(b"content-type", b""))
            encoding = told.get(b"content-encoding", b"").decode("latin-1").strip().lower()
            body, cut = await _body(response.aiter_stream(), encoding)
        return Fetched(str(url), response.status, media_type, body.decode(charset, errors="replace"), cut)

    def _checked(self, url: str) -> httpx2.URL:
        """The address, if it is one that may be asked. Raises FetchError."""
        try:
            parsed = httpx2.URL(url.strip()).copy_with(fragment=None)
        except (httpx2.InvalidURL, ValueError, TypeError):
            raise FetchError("This is no address of a page. Write https://host/path.") from None
        if len(url) > LONGEST_URL or parsed.scheme not in _DEFAULT_PORTS or not parsed.host or parsed.userinfo:
            raise FetchError("This is no address of a page. Write https://host/path, and no name or password.")
        if (parsed.port or _DEFAULT_PORTS[parsed.scheme]) not in self._ports:
            raise FetchError("Only the usual ports of the web can be asked.")
        host = parsed.host.lower().strip(".")
        if self._hosts is not None and not any(host == one or host.endswith(f".{one}") for one in self._hosts):
            raise FetchError(f"Only these sites can be read: {', '.join(sorted(self._hosts))}.")
        return parsed

    async def _context(self) -> SSLContext:
        if self._tls is None:
            self._tls = await asyncio.to_thread(httpcore2.default_ssl_context)  # it reads the list of authorities
        return self._tls


class _Guarded(httpcore2.AsyncNetworkBackend):
    """Connects to public addresses only. TLS is spoken with the name that was asked for, not with the address."""

    def __init__(self, resolve: Resolve, dial: Dial) -> None:
        self._resolve = resolve
        self._dial = dial

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        """A connection to the first of the host's addresses that answers. Raises FetchError if one is not public."""
        addresses = await self._addresses(host, port)
        if not addresses or not all(map(is_public, addresses)):
            raise FetchError(REFUSED)
        for address in addresses[:-1]:
            try:
                return await self._dial(str(address), port)
            except (OSError, httpcore2.NetworkError, httpcore2.TimeoutException):
                continue
        return await self._dial(str(addresses[-1]), port)

    async def _addresses(self, host: str, port: int) -> Sequence[Address]:
        spelled = literal(host.strip("[]"))
        if spelled is not None:
            return [spelled]
        try:
            return [ip_address(address) for address in dict.fromkeys(await self._resolve(host, port))]
        except ValueError:  # a name that no resolver takes
            return []


def _moved(url: httpx2.URL, location: str) -> str:
    try:
        return str(url.join(location))
    except (httpx2.InvalidURL, ValueError):
        raise FetchError("The page was moved to what is no address.") from None


def _target(url: httpx2.URL) -> httpcore2.URL:
    port = url.port
    return httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=port, target=url.raw_path)


def _kind(header: bytes) -> tuple[str, str]:
    """The type and the charset of a text. Raises FetchError for anything else."""
    message = Message()
    message["content-type"] = header.decode("latin-1")
    media_type = message.get_content_type() if header else ""
    if not _TEXTS.fullmatch(media_type):
        raise FetchError("The page is no text, so it was not read.")
    charset = message.get_content_charset("utf-8")
    try:
        codec = codecs.lookup(charset)
    except (LookupError, ValueError):
        return media_type, "utf-8"
    # Python's own codecs are more than charsets: some unpack.
    return media_type, codec.name if getattr(codec, "_is_text_encoding", False) else "utf-8"


async def _body(blocks: AsyncIterator[bytes], encoding: str) -> tuple[bytes, bool]:
    """What a page says, unpacked, and whether it was cut. Raises FetchError for what cannot be unpacked."""
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise FetchError("The page is packed in a way that was not asked for.")
    unpack = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
    body, came = bytearray(), 0
    async for block in blocks:
        came += len(block)
        try:
            body += unpack.decompress(block, MOST_BYTES + 1 - len(body)) if unpack else block
        except zlib.error:
            raise FetchError("The page is packed, and cannot be unpacked.") from None
        if len(body) > MOST_BYTES or came > MOST_BYTES:
            return bytes(body[:MOST_BYTES]), True
    return bytes(body), False
