"""`python -m pipeline COMMAND ...`: each stage on files, JSON out."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence

from pipeline import commands


def list_commands() -> list[str]:
    """Names of all commands, with dashes, in alphabetical order."""
    return sorted(name.replace("_", "-") for _, name, _ in pkgutil.iter_modules(commands.__path__))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (0 done, 2 wrong call or input)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="smartimg's pipeline on files")
    parser.add_argument("command", choices=list_commands())
    name = parser.parse_args(arguments[:1]).command
    module = importlib.import_module(f"pipeline.commands.{name.replace('-', '_')}")
    own = argparse.ArgumentParser(prog=f"python -m pipeline {name}", description=module.__doc__)
    module.add_arguments(own)
    try:
        return int(module.run(own.parse_args(arguments[1:])))
    except BrokenPipeError:
        return 0
    except (OSError, ValueError) as error:
        print(f"{name}: {put_in_words(error)}", file=sys.stderr)
        return 2


def put_in_words(error: Exception) -> str:
    """A refusal without its number: the file, and what is wrong with it."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, UnicodeDecodeError):
        return "A file that should be text is not UTF-8; save it as UTF-8."
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
