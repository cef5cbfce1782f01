"""The names we go by. Any site may give a name of its own our address (DNS rebinding), and its pages would be ours."""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.errors import Misdirected
from playground.settings import Settings
from playground.web.identity import PROBES
from playground.web.tunnel.link import Link


class Hosts:
    """Refuses a `Host` that is not ours, where it is known which are.

    That is so on an address that only this machine reaches, and wherever the owner names the hosts. An IP address is
    never refused: no page can point it elsewhere.
    """

    def __init__(self, app: ASGIApp, settings: Settings, link: Link) -> None:
        self._app = app
        self._link = link
        named = {host.lower() for host in settings.allowed_hosts}
        if settings.public_url:
            named.add(urlsplit(settings.public_url).hostname or "")
        machine = socket.gethostname().lower()
        self._names = named | {"localhost", machine, f"{machine}.local"}
        self._strict = bool(named) or _is_loopback(settings.host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. Raises Misdirected for a host that nobody named."""
        if self._strict and scope["type"] == "http" and scope["path"] not in PROBES:
            host = Headers(scope=scope).get("host", "")
            if not self._is_ours(host):
                raise Misdirected(
                    "This playground does not go by the name {host}. Its owner can allow it: PLAYGROUND_ALLOWED_HOSTS.",
                    host=host[:100],
                )
        await self._app(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        if not host:  # HTTP/1.0: no browser
            return True
        name = _name_in(host)
        return name in self._names or name.endswith(".localhost") or _is_address(name) or self._link.is_tunnel(host)


def _name_in(host: str) -> str:
    """Without the port, in lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower().removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)
