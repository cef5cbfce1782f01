"""How many connections there may be: in all, from one address, and such as only wait for a request to arrive."""

import sys
from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Protocol

from playground.access.rates import network_of

MOST = 2048
WAITING = 512
"""Connections without a whole request. More of them, and the one that has waited longest has to go."""
OF_ONE_ADDRESS = 256
"""An office's, or a home's. Of an address that is known to stand for many, as a proxy's, there may be more."""
OTHER_FILES = 256
"""Files that the process may need to have open beside its connections."""


class Connection(Protocol):
    """What has to know how to go."""

    def make_room(self) -> None:
        """Close at once."""
        ...


class Crowd:
    """The connections there are. `trusted` are proxies, each an address or a network: one stands for many visitors."""

    def __init__(
        self,
        most: int = MOST,
        *,
        waiting: int = WAITING,
        of_one: int = OF_ONE_ADDRESS,
        trusted: Iterable[str] = (),
    ) -> None:
        self._most = most
        self._most_waiting = waiting
        self._most_of_one = of_one
        self._trusted = [ip_network(network, strict=False) for network in trusted]
        self._from: dict[Connection, str | None] = {}
        self._of: Counter[str] = Counter()
        self._waiting: dict[Connection, None] = {}  # the one that has waited longest first

    def enter(self, connection: Connection, host: str | None) -> bool:
        """One more, which waits for its first request; whether there is room for it, or some could be made."""
        address = self._counted(host)
        if address is not None and self._of[address] >= self._most_of_one and not self._made_room(address):
            return False
        if len(self._from) >= self._most and not self._made_room():
            return False
        self._from[connection] = address
        if address is not None:
            self._of[address] += 1
        self.wait(connection)
        return True

    def wait(self, connection: Connection) -> None:
        """It waits for a request."""
        if connection not in self._from:
            return
        self._waiting[connection] = None
        if len(self._waiting) > self._most_waiting:
            self._made_room()

    def work(self, connection: Connection) -> None:
        """It has a request that is being answered."""
        self._waiting.pop(connection, None)

    def leave(self, connection: Connection) -> None:
        """It is closed."""
        self._waiting.pop(connection, None)
        address = self._from.pop(connection, None)
        if address is not None:
            self._of[address] -= 1
            if not self._of[address]:
                del self._of[address]

    def _counted(self, host: str | None) -> str | None:
        """What a connection is counted by, beside all of them."""
        if host is None or (network := network_of(host)) is None:
            return None
        address = ip_address(host.partition("%")[0])
        return None if any(address in trusted for trusted in self._trusted) else network

    def _made_room(self, address: str | None = None) -> bool:
        """Whether a connection, of the address if there is one, could be closed that only waited."""
        found = next((one for one in self._waiting if address in (None, self._from[one])), None)
        if found is None:
            return False
        self.leave(found)
        found.make_room()
        return True


def room_for_files() -> int:
    """Has the system let this process open as many files as it may; how many connections that leaves room for."""
    if sys.platform == "win32":
        return MOST
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST if soft == resource.RLIM_INFINITY else min(MOST, max(soft - OTHER_FILES, soft // 2))
