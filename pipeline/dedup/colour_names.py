"""Words for colours in a title, as cells of the histogram over hue, saturation and value."""

from __future__ import annotations

import re

import numpy as np

from pipeline.dedup.hashes import HISTOGRAM_BINS
from pipeline.records import FloatArray

ALL = tuple(range(4))
STRONG = (1, 2, 3)
# Words -> hues (of twelve, red first), saturations and values (of four each), in the order of the histogram.
_WORDS = {
    "black schwarz noir noire nero nera negro negra zwart": (range(12), ALL, (0,)),
    "grey gray silver grau silber gris argent grigio argento plata grijs zilver": (
        range(12),
        (0,),
        (1, 2, 3),
    ),
    "red rot rouge rosso rossa rojo roja rood burgundy maroon": ((0, 11), STRONG, STRONG),
    "orange arancione naranja oranje": ((0, 1), STRONG, STRONG),
    "brown braun marron marrone bruin beige tan": ((0, 1), STRONG, (0, 1, 2)),
    "yellow gelb jaune giallo gialla amarillo amarilla geel gold golden": ((0, 1, 2), STRONG, STRONG),
    "green grün vert verte verde groen olive mint": ((2, 3, 4, 5), STRONG, ALL),
    "blue blau bleu bleue blu azul blauw navy turquoise cyan": ((5, 6, 7, 8), STRONG, ALL),
    "purple violet lila violett viola morado paars": ((8, 9, 10), STRONG, ALL),
    "pink rosa rose roze magenta": ((0, 10, 11), STRONG, (2, 3)),
}


def find_named_cells(title: str) -> FloatArray:
    """float32 (192,): 1 in the cells of every colour that the title names; all 0 where it names none."""
    cells = np.zeros(HISTOGRAM_BINS, np.float32)
    said = set(re.findall(r"\w+", title.casefold()))
    for words, (hues, saturations, values) in _WORDS.items():
        if said & set(words.split()):
            cells[np.ix_(tuple(hues), saturations, values)] = 1
    return cells.ravel()
