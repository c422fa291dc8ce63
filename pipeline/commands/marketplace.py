"""What every product's images break of the marketplaces' rules, before and after selection, on a day."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.commands.select import describe_refusal, read_chunks
from pipeline.marketplace_files import Rule, find_changes, list_markets, load_rules
from pipeline.marketplaces import Finding, judge_set
from pipeline.records import Assessment, Selection
from pipeline.selection_files import FileSelector

SETS = ("before", "after")
Counts = Counter[tuple[date, str, str, str]]  # (day, market, rule, 'before' or 'after') -> products


def read_day(text: str) -> date:
    """A day written as 2027-02-01. Raises ArgumentTypeError in words."""
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"'{text}' is no day; write it as 2027-02-01") from wrong


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--catalog", dest="products", type=Path, required=True, help="JSON Lines or CSV")
    parser.add_argument("--images", type=Path, help="folder that image paths are relative to")
    parser.add_argument(
        "--on",
        type=read_day,
        help="day as 2027-02-01; left out: today and the next change of a rule",
    )
    parser.add_argument(
        "--market", action="append", default=[], help=f"one of {', '.join(list_markets())}; left out: all"
    )
    parser.add_argument("--json", type=Path, help="file for one JSON object a product and day")
    parser.add_argument("--quiet", action="store_true", help="the table alone, no line a product")


def run(args: argparse.Namespace) -> int:
    """Prints what is broken by product, then a table; returns 0."""
    rules = load_rules(args.market)
    days = [args.on] if args.on else choose_days(rules, date.today())
    selector = FileSelector()
    counts: Counts = Counter()
    unsure: set[tuple[str, str]] = set()
    with ExitStack() as stack:
        out = stack.enter_context(args.json.open("w", encoding="utf-8")) if args.json else None
        for chunk, refusals, _ in read_chunks(args):
            for refusal in refusals:
                print(describe_refusal(refusal), file=sys.stderr)
            for selection in selector.select(chunk):
                rows = list(compare(selection, selector.assessments, rules, days))
                for row in rows:
                    tally(row, counts, unsure)
                    if out:
                        out.write(json.dumps(show(row), ensure_ascii=False) + "\n")
                if not args.quiet:
                    print_product(rows)
    print_table(counts, rules, days)
    for market, rule in sorted(unsure):
        print(f"not told of every image: {market}, {rule}")
    return 0


def choose_days(rules: Sequence[Rule], today: date) -> list[date]:
    """Today, and the next day on which a rule begins to hold."""
    return [today, *find_changes(rules, today)[:1]]


def compare(
    selection: Selection, assessments: Mapping[str, Assessment], rules: Sequence[Rule], days: Sequence[date]
) -> Iterator[dict[str, Any]]:
    """For each day the findings on the set shown today and on the proposed one."""
    for day in days:
        row: dict[str, Any] = {"id": selection.id, "on": day}
        for name, keys in (("before", selection.before), ("after", selection.after)):
            row[name] = judge_set([assessments[key] for key in keys], rules, day, selection.category)
        yield row


def tally(row: dict[str, Any], counts: Counts, unsure: set[tuple[str, str]]) -> None:
    """Counts a product once a rule."""
    for name in SETS:
        findings: list[Finding] = row[name]
        for market, rule in {(f.market, f.rule) for f in findings if f.state == "broken"}:
            counts[row["on"], market, rule, name] += 1
        unsure |= {(f.market, f.rule) for f in findings if f.state == "cannot tell"}


def show(row: dict[str, Any]) -> dict[str, Any]:
    """The row as JSON."""
    shown = {name: [finding.as_json() for finding in row[name]] for name in SETS}
    return {"id": row["id"], "on": row["on"].isoformat(), **shown}


def print_product(rows: Sequence[dict[str, Any]]) -> None:
    """What the proposed set breaks of what is required: all of the first day, then what a later day adds."""
    said: set[str] = set()
    for row in rows:
        before, after = ([f for f in row[name] if f.state == "broken" and f.required] for name in SETS)
        lines = [f"  {f.market}: {f.words}{f' ({f.key})' if f.key else ''}" for f in after]
        fresh = [line for line in lines if line not in said]
        if fresh or (before and not said):
            print(f"{row['id']}, {row['on']}: {len(before)} broken before, {len(after)} after")
            print("\n".join(fresh), end="\n" if fresh else "")
        said.update(lines)


def print_table(counts: Counts, rules: Sequence[Rule], days: Sequence[date]) -> None:
    """Products that break a rule, before and after, for each day."""
    print(f"{'products that break':44}" + "".join(f"{f'{day} before':>18}{'after':>7}" for day in days))
    for market, rule in dict.fromkeys((rule.market, rule.id) for rule in rules):
        cells = [(counts[day, market, rule, "before"], counts[day, market, rule, "after"]) for day in days]
        if any(map(any, cells)):
            print(f"{f'{market}: {rule}':44}" + "".join(f"{b:18}{a:7}" for b, a in cells))
