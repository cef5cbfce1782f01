"""Who is behind a proxy: told by the proxies that the owner names, and by nobody else."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.web.tunnel.link import Link

Address = IPv4Address | IPv6Address

TELLING = frozenset({b"forwarded", b"x-real-ip", b"x-gradio-server"})
"""Beside `X-Forwarded-…`. Gradio takes its own address from the last one, whoever sends it."""


class Proxies:
    """Stands outermost, and settles once who asks (`client`) and whether by HTTPS (`scheme`).

    Below it no header about either is left. The `Host` stays as it was sent: a proxy has to keep it, so that none
    other is to be believed. At a public address the scheme is the address's own, whatever a proxy says or forgets.
    """

    def __init__(self, app: ASGIApp, link: Link, trusted: Iterable[str] = ()) -> None:
        self._app = app
        self._link = link
        self._networks = [ip_network(network, strict=False) for network in trusted]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with what is known of its sender."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            peer = _address(scope["client"][0]) if scope["client"] else None
            if peer is not None and self._trusts(peer):
                self._believe(scope, peer, headers)
            scope["scheme"] = self._link.scheme_of(headers.get("host", "")) or scope["scheme"]
            scope["headers"] = [pair for pair in scope["headers"] if not _tells(pair[0])]
        await self._app(scope, receive, send)

    def _believe(self, scope: Scope, peer: Address, headers: Headers) -> None:
        chain = ",".join(headers.getlist("x-forwarded-for"))
        visitor = self._nearest(peer, chain.split(",")) if chain else peer
        scope["client"] = (str(visitor), 0)
        # Of several the last one is the trusted proxy's own.
        told = ",".join(headers.getlist("x-forwarded-proto")).rpartition(",")[2].strip().lower()
        if told in {"http", "https"}:
            scope["scheme"] = told

    def _nearest(self, peer: Address, chain: list[str]) -> Address:
        """The nearest that is no proxy of ours: each proxy adds who asked it, and what stands before may be made up."""
        for entry in reversed(chain):
            address = _address(entry.strip())
            if address is None:
                break
            peer = address
            if not self._trusts(peer):
                break
        return peer

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def _tells(name: bytes) -> bool:
    return name.startswith(b"x-forwarded-") or name in TELLING


def _address(text: str) -> Address | None:
    """The address in `1.2.3.4`, `1.2.3.4:567`, `::1` or `[::1]:567`; one of IPv4 in IPv6's form is IPv4's."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
