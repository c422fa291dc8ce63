"""Long lists of options."""

from __future__ import annotations

from review.templatetags.choices import options


def test_the_chosen_one_is_marked_and_nothing_is_markup() -> None:
    assert options(["A > B", "<i>"], "<i>") == (
        '<option value="A &gt; B">A &gt; B</option><option value="&lt;i&gt;" selected>&lt;i&gt;</option>'
    )


def test_a_chosen_one_that_is_gone_is_still_shown() -> None:
    assert options(["a"], "b").startswith('<option value="b" selected>b</option><option value="a">')
    assert "selected" not in options(["a", ""])
