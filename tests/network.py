"""No network, by construction: whoever asks for another host is refused and written down."""

import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest


@contextmanager
def refused() -> Generator[list[str]]:
    """Only the loopback and Unix sockets can be reached. Yields what else was asked for, as it is asked for."""
    attempts: list[str] = []

    def guard(original: Callable[..., Any], host_of: Callable[..., object]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            host = host_of(*args, **kwargs)
            if _is_local(host):
                return original(*args, **kwargs)
            attempts.append(str(host))
            raise ConnectionRefusedError(f"Tests have no network: {host}")

        return guarded

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", guard(socket.getaddrinfo, _host_looked_up))
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guard(getattr(socket.socket, name), _host_dialled))
        yield attempts


def _host_looked_up(host: object, *_: object, **__: object) -> object:
    return host.decode() if isinstance(host, bytes) else host


def _host_dialled(_socket: socket.socket, address: tuple[object, ...] | str | bytes) -> object:
    return address[0] if isinstance(address, tuple) else None  # a Unix socket's address is a path


def _is_local(host: object) -> bool:
    if host in {None, "", "localhost"}:
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False
