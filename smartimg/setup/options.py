"""The options of ./run; run by path, it only checks them, before anything is installed."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass

DEFAULT_PORT = 8000


@dataclass(frozen=True)
class Options:
    """What the person asked for."""

    port: int
    browser: bool
    empty: bool


def read_port(text: str) -> int:
    """A TCP port that a plain program may listen on."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; take a number from 1024 to 65535")
    if int(text) < 1024 and os.geteuid() != 0:
        raise argparse.ArgumentTypeError(f"port {text} needs root; take one from 1024 to 65535")
    return int(text)


def parse(arguments: list[str]) -> Options:
    """Read the options; prints help or the error and exits where argparse does."""
    parser = argparse.ArgumentParser(prog="./run", description="Start smartimg on this machine.")
    parser.add_argument("--port", type=read_port, default=DEFAULT_PORT, help="where to serve (default 8000)")
    parser.add_argument("--no-browser", dest="browser", action="store_false", help="do not open the browser")
    parser.add_argument(
        "--empty", action="store_true", help="do not load the demo catalog on the first start"
    )
    found = parser.parse_args(arguments)
    return Options(port=found.port, browser=found.browser, empty=found.empty)


if __name__ == "__main__":
    parse(sys.argv[1:])
