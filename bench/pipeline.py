"""The speed of the whole selection: python -m bench.pipeline --images DIR [--products FILE] [--json FILE]

Images a second of CPU time and the share of each stage, beside (a) the usual libraries composed naively and
(b) the floor: file read, one reduced decode and the backbone's forward pass. All run in one process on the
same files, in turn, pinned to --threads cores with as many threads; medians of --rounds rounds with spread.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

GOALS = {"naive": 5.0, "floor": 0.7, "descriptors": 9.0}
FEW = 8  # images that the naive composition with judges sees: reading all text takes half a second each
FULL = "selection"
Runner = Callable[[], int]


def main(argv: list[str] | None = None) -> int:
    """Prints the table; returns 2 where there is nothing to measure."""
    args = read_arguments(argv)
    pin(args.threads)
    from bench import products  # after pinning: libraries read their number of threads when imported

    if args.memory:
        from bench import memory

        report: dict[str, Any] = {"memory": memory.run(products.find_products(args), args.memory)}
    else:
        found = products.limit(products.find_products(args), args.limit)
        if not found:
            print("bench.pipeline: there are no readable images.", file=sys.stderr)
            return 2
        report = measure(found, args.threads, args.rounds)
        print(describe(report))
    if args.json:
        args.json.write_text(json.dumps(report, indent=1) + "\n")
    return 0


def read_arguments(argv: list[str] | None) -> argparse.Namespace:
    """The call's options."""
    parser = argparse.ArgumentParser(prog="python -m bench.pipeline", description=__doc__)
    parser.add_argument("--images", type=Path, required=True, help="folder of images, searched below too")
    parser.add_argument("--products", type=Path, help="catalog file; without one each folder is a product")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--limit", type=int, default=96, help="images a round (whole products)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="cores to use")
    parser.add_argument("--memory", type=int, default=0, metavar="N", help="instead: memory over N images")
    return parser.parse_args(argv)


def pin(threads: int) -> None:
    """This process on so many cores, every library with so many threads."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "SMARTIMG_THREADS"):
        os.environ[name] = str(threads)
    os.environ.setdefault("SMARTIMG_DEVICE", "cpu")
    import cv2
    import torch

    cv2.setNumThreads(threads)
    torch.set_num_threads(threads)


def measure(found: list[Any], threads: int, rounds: int) -> dict[str, Any]:
    """Warm-up, then every variant in turn, `rounds` times; then the stages, watched once."""
    from bench import naive, products, stages

    paths = products.list_paths(found)
    runners = list_runners(found, paths)
    for run in runners.values():
        run()
    times: dict[str, list[float]] = {name: [] for name in runners}
    for index in range(rounds):
        for name, run in runners.items():
            times[name].append(products.time_ms(run))
            print(f"  round {index + 1}: {name} {times[name][-1]:.1f} ms", file=sys.stderr, flush=True)
    report: dict[str, Any] = {"images": len(paths), "products": len(found), "threads": threads}
    report["processor"], report["backbone"] = products.name_processor(), naive.load_backbone().precision
    report["ms_an_image"] = {name: summarise(values) for name, values in times.items()}
    report["ratios"] = compare(times)
    if threads == 1:
        with stages.watch() as watch:
            total = products.time_ms(runners[FULL]) * len(paths) / 1e3
        report["stages"] = share(watch.seconds, total, len(paths))
    return report


def list_runners(found: list[Any], paths: list[Path]) -> Mapping[str, Runner]:
    """Every variant by name; each returns how many images it saw."""
    from bench import naive, products

    def on(work: Callable[[list[Path]], None], some: list[Path] = paths) -> Runner:
        def run() -> int:
            work(some)
            return len(some)

        return run

    return {
        FULL: products.make_selection(found),
        "floor": on(naive.run_floor),
        "naive": on(naive.run_naive),
        "naive with judges": on(naive.run_naive_with_judges, paths[:: max(1, len(paths) // FEW)][:FEW]),
        "descriptors": on(naive.run_descriptors),
        "naive descriptors": on(naive.run_naive_descriptors),
    }


def summarise(values: list[float]) -> dict[str, float]:
    """Median, least and most."""
    return {
        "median": round(median(values), 3),
        "least": round(min(values), 3),
        "most": round(max(values), 3),
    }


def compare(times: Mapping[str, list[float]]) -> dict[str, dict[str, float]]:
    """How many times as fast as the other, round by round: same neighbours, same noise."""
    asked = {
        "naive": ("naive", FULL),
        "floor": ("floor", FULL),
        "descriptors": ("naive descriptors", "descriptors"),
        "naive with judges": ("naive with judges", FULL),
    }
    return {
        name: summarise([other / own for other, own in zip(times[slow], times[fast], strict=True)])
        for name, (slow, fast) in asked.items()
    }


def share(seconds: Mapping[str, float], total: float, count: int) -> dict[str, dict[str, float]]:
    """Milliseconds an image and share of the whole by stage; 'rest' is what no stage took."""
    known = dict(seconds) | {"rest": max(0.0, total - sum(seconds.values()))}
    return {
        stage: {"ms": round(1e3 * spent / count, 3), "share": round(spent / total, 4)}
        for stage, spent in known.items()
    }


def describe(report: Mapping[str, Any]) -> str:
    """The table for a person."""
    lines = [
        f"{report['images']} images of {report['products']} products, {report['threads']} thread(s), "
        f"backbone in {report['backbone']}, {report['processor']}; CPU time"
    ]
    for name, found in report["ms_an_image"].items():
        spread = f"{found['least']:.2f} to {found['most']:.2f}"
        lines.append(
            f"  {name:<20}{found['median']:>9.2f} ms ({spread}) {1e3 / found['median']:>8.1f} a second"
        )
    for name, found in report["ratios"].items():
        goal = f", goal {GOALS[name]:g}" if name in GOALS else ""
        spread = f"{found['least']:.2f} to {found['most']:.2f}"
        lines.append(f"  against {name:<18}{found['median']:>6.2f} times as fast ({spread}{goal})")
    for stage, found in sorted(report.get("stages", {}).items(), key=lambda item: -item[1]["ms"]):
        lines.append(f"    {stage:<20}{found['ms']:>8.2f} ms {found['share']:>7.1%}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
