"""Text in findings: found, read, and weighed by whose words it is (II.B)."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pipeline.compliance import overlay_reading, text
from pipeline.compliance.overlay import choose_precision, weigh_reading
from pipeline.compliance.overlay_reading import NAMES, find_spots, weigh_lines
from pipeline.compliance.text_reader import load_reader
from pipeline.compliance.wording import is_offer, is_owner
from pipeline.records import RgbArray
from tests.pipeline.drawing import draw_product

SQUARE = (100, 100, 3)


def _write(*words: str, degrees: float = 0.0, size: int = 30) -> RgbArray:
    image = Image.new("RGB", (240, 240), (240, 240, 235))
    for row, word in enumerate(words):
        ImageDraw.Draw(image).text((20, 100 + 50 * row), word, (20, 20, 60), ImageFont.load_default(size))
    return np.asarray(image.rotate(degrees, fillcolor=(240, 240, 235)))


def _read(picture: RgbArray, most: int = 4) -> list[str]:
    return [line.text.strip() for line in load_reader(choose_precision()).read(picture, most)]


def _line(words: str, *box: float) -> text.TextLine:
    return text.TextLine(words, 0.9, box)  # type: ignore[arg-type]


def _told(lines: list[text.TextLine], product: np.ndarray | None = None) -> set[str]:
    return {name for name, is_so in zip(NAMES, weigh_lines(lines, product), strict=True) if is_so}


def test_lines_are_read_level_turned_and_upright() -> None:
    assert sorted(_read(_write("SALE", "-50%"))) == ["-50%", "SALE"]
    assert _read(_write("PREVIEW", degrees=35)) == ["PREVIEW"]
    assert _read(_write("PREVIEW", degrees=90)) == ["PREVIEW"]


def test_the_largest_lines_are_read_and_blanks_hold_none() -> None:
    assert len(_read(_write("ONE", "TWO"), most=1)) == 1
    assert _read(np.full((70, 90, 3), 200, np.uint8)) == []


@pytest.mark.parametrize(
    "words",
    [
        "SALE",
        "-50 %",
        "-33%",
        "25%",
        "12% off",
        "2+1",
        "€ 49,90",
        "$19",
        "FREESHIPPING",
        "Nouveauté",
        "ab 9.99 EUR",
        "新品上市",
        "Bio",
        "3 za 2",
        "199 EUR",
        "Only $49",
        "Ücretsiz kargo",
    ],
)
def test_offers_are_known_in_many_words(words: str) -> None:
    assert is_offer(words)


@pytest.mark.parametrize(
    "words", ["Sonderprels", "BESTPRCE", "Edlitor's pick", "Lastdhance", "HOBNHKA", "CKMAKA", "'EKTTWON"]
)
def test_offers_are_known_where_letters_are_misread_or_of_another_script(words: str) -> None:
    assert is_offer(words)


@pytest.mark.parametrize("words", ["Whipping cream", "Skipping rope", "Spatial", "Carta regalo", "Backpack"])
def test_words_that_resemble_offers_are_none(words: str) -> None:
    assert not is_offer(words)


@pytest.mark.parametrize("words", ["12%fett", "3,0 %", "100 %", "15 % fat", "40% vol"])
def test_what_is_inside_is_no_offer(words: str) -> None:
    assert not is_offer(words)


@pytest.mark.parametrize("words", ["Hartwell", "The Garden", "New York", "MILK", "Norda 12", "Yoga for"])
def test_names_and_titles_are_no_offers(words: str) -> None:
    assert is_offer(words) == (words == "New York")  # 'new' alone counts: a known weakness
    assert not is_owner(words)


@pytest.mark.parametrize(
    "words", ["www.shop.com", "© Anna", "SAMPLE", "COPYRIGHT 2024", "my-shop.test", "Photo by"]
)
def test_owners_are_known_by_their_pages_and_warnings(words: str) -> None:
    assert is_owner(words)


def test_offers_elsewhere_count_where_the_spot_says_none(monkeypatch: pytest.MonkeyPatch) -> None:
    cover = np.zeros((40, 40), np.float32)
    cover[2:6, 2:10] = 0.9
    spot = [_line("Hartwell", 0.05, 0.05, 0.25, 0.15)]
    monkeypatch.setattr(text, "read_text", lambda rgb, box: list(spot))
    monkeypatch.setattr(
        text, "read_all", lambda rgb: [_line("Norda", 0, 0, 1, 1), _line("SALE", 0.7, 0.8, 0.9, 0.9)]
    )

    def read(elsewhere: bool) -> list[str]:
        return [
            n.text for n in overlay_reading.read_finding(draw_product(), cover, elsewhere=elsewhere).lines
        ]

    assert read(elsewhere=False) == ["Hartwell"]
    assert read(elsewhere=True) == ["Hartwell", "SALE"]
    spot[:] = [_line("-20%", 0.05, 0.05, 0.25, 0.15)]
    assert read(elsewhere=True) == ["-20%"]  # the picture is not read again


def test_where_a_line_stands_is_told() -> None:
    product = np.zeros((100, 100), bool)
    product[:, 50:] = True
    assert _told([_line("Hartwell", 0.0, 0.0, 0.3, 0.1)], product) == {"beside"}
    assert _told([_line("Hartwell", 0.6, 0.0, 0.9, 0.1)], product) == {"on"}
    assert _told([_line("Hartwell", 0.3, 0.0, 0.7, 0.1)], product) == {"across"}
    assert _told([_line("SALE", 0.3, 0.0, 0.7, 0.1)]) == {"scene", "offer"}
    assert _told([]) == {"none"}


def test_the_same_words_again_are_told() -> None:
    lines = [
        _line("fotohaus", 0, 0, 0.2, 0.1),
        _line("Brand", 0, 0.2, 0.2, 0.3),
        _line("otohaus", 0.5, 0, 0.7, 0.1),
    ]
    assert _told(lines) == {"scene", "repeated", "many"}
    assert _told(lines[:2]) == {"scene"}


def test_the_two_strongest_spots_are_read_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    cover = np.zeros((40, 40), np.float32)
    cover[2:6, 2:10], cover[30:34, 30:38], cover[20:21, 4:5] = 0.9, 0.7, 0.8
    spots = find_spots(cover, SQUARE)
    assert spots == [[0.05, 0.05, 0.25, 0.15], [0.75, 0.75, 0.95, 0.85]]
    asked: list[list[float]] = []

    def read(rgb: RgbArray, box: list[float]) -> list[text.TextLine]:
        asked.append(box)
        return [_line("SALE", *box)]

    monkeypatch.setattr(text, "read_text", read)
    reading = overlay_reading.read_finding(draw_product(), cover)
    assert asked == spots
    assert [line.text for line in reading.lines] == ["SALE", "SALE"]
    assert find_spots(np.zeros((40, 40), np.float32), SQUARE) == []


def test_words_move_a_score_by_their_weights() -> None:
    nothing = np.zeros(len(NAMES), np.float32)
    offer = nothing.copy()
    offer[NAMES.index("offer")] = 1
    fit = {"weights": [1.0, 2.0, *[0.0] * (len(NAMES) - 1)], "shift": 0.0}
    assert weigh_reading(fit, 0.3, nothing) == pytest.approx(0.3)
    assert weigh_reading(fit, 0.5, offer) == pytest.approx(1 / (1 + np.exp(-2)))
