"""Which addresses may be fetched from."""

from __future__ import annotations

import asyncio
import ipaddress

import pytest

from pipeline.addresses import (
    Address,
    AllowList,
    ForbiddenAddress,
    UnknownHost,
    find_checked_addresses,
    is_public,
    resolve,
)

INNER = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.88.99.1",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:a00:1::",
    "2001::1",
    "fc00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("text", INNER)
def test_an_inner_address_is_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_an_outer_address_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


def check(host: str, port: int, allow: list[str], *found: str) -> list[str]:
    async def answer(host: str, port: int) -> list[Address]:
        return [ipaddress.ip_address(text) for text in found]

    checked = asyncio.run(find_checked_addresses(host, port, AllowList.parse(allow), answer))
    return [str(address) for address in checked]


def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(ForbiddenAddress, match=r"leads to 10\.0\.0\.5, which is not a public address"):
        check("shop.example", 443, [], "93.184.216.34", "10.0.0.5")


def test_a_host_without_an_address_is_refused() -> None:
    with pytest.raises(UnknownHost, match=r"shop\.example has no address"):
        check("shop.example", 443, [])


@pytest.mark.parametrize("entry", ["media.local", "MEDIA.local", "media.local:8080", "10.0.0.0/8"])
def test_the_operator_may_list_a_host_a_port_or_a_block(entry: str) -> None:
    assert check("media.local", 8080, [entry], "10.0.0.5") == ["10.0.0.5"]


@pytest.mark.parametrize("entry", ["other.local", "media.local:81", "10.9.0.0/16", "local"])
def test_what_the_operator_lists_allows_nothing_else(entry: str) -> None:
    with pytest.raises(ForbiddenAddress):
        check("media.local", 8080, [entry], "10.0.0.5")


def test_a_bracketed_address_can_be_listed_with_its_port() -> None:
    assert check("::1", 9000, ["[::1]:9000"], "::1") == ["::1"]


def test_a_malformed_block_is_loud() -> None:
    with pytest.raises(ValueError, match="host bits"):
        AllowList.parse(["10.0.0.1/8"])


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1"])
def test_other_spellings_of_this_machine_are_looked_through(host: str) -> None:
    addresses = asyncio.run(resolve(host, 80))
    assert addresses
    assert not any(is_public(address) for address in addresses)
