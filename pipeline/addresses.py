"""Which network addresses may be fetched from: public ones, and those that the operator lists."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[list[Address]]]

# Ranges that ipaddress holds to be global although they translate to, or are kept for, inner networks.
_NEVER: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.88.99.0/24",  # 6to4 relays
        "::/96",  # IPv4-compatible
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # local NAT64
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local
    )
)


class ForbiddenAddress(Exception):
    """The host leads to an address that is not public; the message is for a person."""


class UnknownHost(Exception):
    """The host has no address; the message is for a person."""


@dataclass(frozen=True)
class AllowList:
    """Hosts, hosts with a port, and blocks of addresses that the operator trusts although not public."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> AllowList:
        """From words such as 'media.local', 'media.local:8080', '10.1.0.0/16', '[::1]:9000'.

        Raises ValueError for a block with host bits or a malformed one.
        """
        hosts, networks = set(), []
        for entry in entries:
            if "/" in entry:
                networks.append(ipaddress.ip_network(entry))
            else:
                hosts.add(entry.strip().lower().removeprefix("[").replace("]", "").rstrip("."))
        return cls(frozenset(hosts), tuple(networks))

    def allows_host(self, host: str, port: int) -> bool:
        """Whether all addresses of this host are trusted at this port."""
        name = host.lower().rstrip(".")
        return name in self.hosts or f"{name}:{port}" in self.hosts

    def allows_address(self, address: Address) -> bool:
        """Whether the address lies in a trusted block."""
        return any(address in network for network in self.networks if network.version == address.version)


def is_public(address: Address) -> bool:
    """Whether it is a public address: not private, loopback, link-local, shared, reserved or translated."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if any(address in network for network in _NEVER if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


async def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a host, in the system's order. Raises UnknownHost."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownHost(f"The host {host} has no address.") from error
    texts = dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in found)
    return [ipaddress.ip_address(text) for text in texts]


async def find_checked_addresses(
    host: str, port: int, allow: AllowList, resolver: Resolver = resolve
) -> list[Address]:
    """The addresses to connect to; every one of them was checked. Raises ForbiddenAddress, UnknownHost."""
    addresses = await resolver(host, port)
    if not addresses:
        raise UnknownHost(f"The host {host} has no address.")
    if allow.allows_host(host, port):
        return addresses
    for address in addresses:
        if not (is_public(address) or allow.allows_address(address)):
            raise ForbiddenAddress(
                f"The host {host} leads to {address}, which is not a public address; "
                "the operator can allow it in SMARTIMG_FETCH_ALLOW."
            )
    return addresses
