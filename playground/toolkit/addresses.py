"""Which addresses belong to the whole internet, and to nobody's inner network. Pure."""

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
_CARRIERS: tuple[tuple[IPv6Network, int], ...] = (
    (IPv6Network("::/96"), 0),  # IPv4-compatible
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (IPv6Network("::ffff:0:0:0/96"), 0),  # IPv4-translated
    (_NAT64, 0),
    (IPv6Network("64:ff9b:1::/48"), 0),  # NAT64 of one's own
    (IPv6Network("2002::/16"), 80),  # 6to4
)
"""IPv6 networks whose addresses carry one of IPv4, and how many bits stand behind it."""
_ISATAP = {0x00005EFE, 0x02005EFE}

_NEVER: tuple[IPv4Network | IPv6Network, ...] = tuple(
    map(
        ip_network,
        (
            "168.63.129.16/32",  # public by its number, but what answers there is the machine's own host at Azure
            "192.88.99.0/24",  # relays of 6to4
            "192.0.0.0/24",  # protocols' own; a metadata service lives there too
            "2001::/32",  # Teredo: what it carries may be anybody's
            "fec0::/10",  # site-local, as it was
            "5f00::/16",  # segment routing
        ),
    )
)


def literal(host: str) -> Address | None:
    """The address that a host is by its spelling, in any base that a resolver takes; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))  # 127.1, 0x7f.1, 017700000001, 2130706433
    except (OSError, ValueError):
        return None


def is_public(address: Address) -> bool:
    """Whether anybody on the internet reaches the same machine there, by every way of reading the address."""
    inside = tuple(_carried(address))
    if isinstance(address, IPv6Address) and address in _NAT64:  # how a network without IPv4 reaches all of it
        return all(map(_is_open, inside))
    return all(map(_is_open, (address, *inside)))


def _is_open(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    inner = address.is_multicast or address.is_reserved or address.is_unspecified or not address.is_global
    return not inner and not any(address in network for network in _NEVER)


def _carried(address: Address) -> Iterator[IPv4Address]:
    """The addresses of IPv4 that a translator on the way may make of it."""
    if isinstance(address, IPv4Address):
        return
    number = int(address)
    for network, behind in _CARRIERS:
        if address in network:
            yield IPv4Address(number >> behind & 0xFFFFFFFF)
    if number >> 32 & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(number & 0xFFFFFFFF)
