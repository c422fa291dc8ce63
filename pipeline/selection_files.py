"""Selection over catalog files: products as parsed in, selections out, no database."""

from __future__ import annotations

from collections import Counter, UserDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from pipeline import aggregate
from pipeline.addresses import AllowList
from pipeline.assess import Assessor
from pipeline.catalog_records import ParsedProduct
from pipeline.config import PipelineConfig
from pipeline.head_store import HEADS_FOLDER
from pipeline.image_type import load_type_heads
from pipeline.records import Assessment, OfferedImage, ProductRecord, RgbArray, Selection
from pipeline.select import CategoryJudge, Selector
from pipeline.sources import is_address

KEPT_COPIES = 256  # small copies held for de-duplication, 0.4 MB each; others are decoded again


@dataclass
class Tally:
    """What a run over a file did, for its closing line."""

    started: float = field(default_factory=monotonic)
    products: int = 0
    changed: int = 0
    images: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, selection: Selection) -> None:
        """Counts one selection."""
        self.products += 1
        self.images += len(selection.items)
        if selection.passed_over:
            self.passed_over[selection.passed_over] += 1
            return
        self.changed += selection.after != selection.before
        self.dropped.update(item.reason for item in selection.items if item.reason)

    def describe(self, refused: int) -> str:
        """Several short lines for a person."""
        seconds = max(1e-6, monotonic() - self.started)
        lines = [
            f"{self.products} products, {self.changed} with a better set; "
            f"{self.images} images in {seconds:.1f} s ({self.images / seconds:.1f} a second)"
        ]
        if self.passed_over:
            lines.append("passed over: " + _list_counts(self.passed_over))
        if self.dropped:
            lines.append("images dropped: " + _list_counts(self.dropped))
        if refused:
            lines.append(f"{refused} lines or images refused, see above")
        return "\n".join(lines)


def _list_counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


class KeptCopies(UserDict[str, RgbArray]):
    """Pictures' small copies by source; takes no more than KEPT_COPIES."""

    def __setitem__(self, source: str, copy: RgbArray) -> None:
        if len(self.data) < KEPT_COPIES:
            self.data[source] = copy


class FileSelector:
    """Assesses and selects chunk by chunk; an image that several products of a chunk share is seen once."""

    def __init__(
        self,
        config: PipelineConfig | None = None,
        *,
        heads: Sequence[Path] = (),
        categories: CategoryJudge | None = None,
        allow: AllowList | None = None,
    ) -> None:
        self.config = config or PipelineConfig()
        self.assessor = Assessor(self.config)
        types = load_type_heads((HEADS_FOLDER, *heads), self.assessor.backbone.signature)
        self.selector = Selector(self.config, types=types, categories=categories)
        self.allow = allow
        self.tally = Tally()
        self.assessments: Mapping[str, Assessment] = {}  # of the latest chunk, by the catalog's names
        self._downloads = TemporaryDirectory(prefix="smartimg-")
        self._copies = KeptCopies()

    def select(self, products: Sequence[ParsedProduct]) -> list[Selection]:
        """One selection a product, in order; a picture that can't be had is dropped as unreadable."""
        self._downloads.cleanup()
        self._downloads = TemporaryDirectory(prefix="smartimg-")
        self.assessments = self._assess({name: source for p in products for name, source in list_images(p)})
        selections = []
        for product in products:
            sources = dict(list_images(product))

            def load(name: str, sources: Mapping[str, str] = sources) -> bytes | RgbArray:
                return self._load(sources[name])

            def reread(name: str, sources: Mapping[str, str] = sources) -> bytes:
                return self._path(sources[name]).read_bytes()

            selection = self.selector.select(to_record(product), self.assessments, load, reread)
            notes = tuple(f"{refusal.field}: {refusal.reason}" for refusal in product.refusals)
            selections.append(replace(selection, notes=selection.notes + notes))
            self.tally.add(selection)
        return selections

    def _assess(self, sources: Mapping[str, str]) -> dict[str, Assessment]:
        """Assessments by the catalog's name of each image."""
        names: dict[str, list[str]] = {}
        for name, source in sources.items():
            names.setdefault(source, []).append(name)
        found: dict[str, Assessment] = {}
        self._copies = KeptCopies()
        for one in self.assessor.assess_each(self._read(names, found), self._copies):
            found[one.key] = one
        return {name: replace(found[src], key=name) for src, group in names.items() for name in group}

    def _read(self, sources: Iterable[str], refused: dict[str, Assessment]) -> Iterator[tuple[str, bytes]]:
        """(source, bytes) as they come; what can't be had goes to `refused`."""
        for source, data in aggregate.gather(sources, allow=self.allow):
            if isinstance(data, aggregate.Refused):
                refused[source] = _refuse(source, data.message)
                continue
            if is_address(source):
                self._path(source).write_bytes(data)
            yield source, data

    def _load(self, source: str) -> bytes | RgbArray:
        kept = self._copies.get(source)
        return self._path(source).read_bytes() if kept is None else kept

    def _path(self, source: str) -> Path:
        """A file as it is; a download under its own name for as long as its chunk lasts."""
        if not is_address(source):
            return Path(source)
        return Path(self._downloads.name) / sha256(source.encode()).hexdigest()


def _refuse(source: str, message: str) -> Assessment:
    return Assessment(key=source, width_px=0, height_px=0, byte_size=0, format="", unreadable=message)


def list_images(product: ParsedProduct) -> list[tuple[str, str]]:
    """(name in the catalog, path or address) of every picture, those shown today first."""
    offered = [image for _, _, image in product.iterate_images()]
    return [(image.name, image.source) for image in [*product.shown, *offered]]


def to_record(product: ParsedProduct) -> ProductRecord:
    """The product as selection sees it; pictures go by the catalog's names."""
    return ProductRecord(
        id=product.id,
        title=product.title,
        description=product.description,
        category=product.category,
        offered=tuple(
            OfferedImage(image.name, supplier, position)
            for supplier, position, image in product.iterate_images()
        ),
        before=tuple(dict.fromkeys(image.name for image in product.shown)),
        curated=product.is_curated,
    )
