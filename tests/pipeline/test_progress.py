"""How often a command says how far it is."""

from __future__ import annotations

import io

import pytest
from tqdm import tqdm

from pipeline.progress import interval_s


class Screen(io.StringIO):
    """Something that a person looks at."""

    def isatty(self) -> bool:
        """As a terminal says."""
        return True


@pytest.mark.parametrize(("place", "looks"), [(Screen, 0.5), (io.StringIO, 30.0)])
def test_a_bar_moves_on_a_screen_and_is_rare_in_a_log(
    monkeypatch: pytest.MonkeyPatch, place: type[io.StringIO], looks: float
) -> None:
    monkeypatch.setattr("sys.stderr", place())
    assert interval_s() == looks


def test_a_quick_command_leaves_two_lines_in_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr("sys.stderr", log)
    for _ in tqdm(range(20_000), file=log, mininterval=interval_s()):
        pass
    assert log.getvalue().count("it/s") <= 2
