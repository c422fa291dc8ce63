"""Every number that shapes a selection: frozen, grouped by stage, each with its unit and its source."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class DecodeLimits:
    """What an image may weigh; larger ones are refused before their pixels are touched."""

    max_bytes: int = 16 * 1024 * 1024  # bytes; Google Merchant's limit
    max_pixels: int = 64_000_000  # pixels; Google Merchant's limit
    working_side_px: int = 1024  # longest side that judges see


@dataclass(frozen=True)
class FetchLimits:
    """How pictures are gathered; no part of a configuration's digest, as it does not shape a selection."""

    max_bytes: int = 16 * 1024 * 1024  # bytes; as DecodeLimits
    overall: int = 16  # sources at once; at most so many whole files are in memory
    per_host: int = 4  # connections; what browsers dare
    connect_s: float = 5.0  # seconds
    read_s: float = 10.0  # seconds without a byte
    total_s: float = 20.0  # seconds for one attempt, redirects included
    max_redirects: int = 5
    attempts: int = 3
    backoff_s: float = 0.5  # seconds; doubles each time
    max_retry_after_s: float = 20.0  # seconds; a server that asks for more is left for the next run


@dataclass(frozen=True)
class QualityConfig:
    """II.A: measured rules; the thresholds of trained judges are stored with their weights."""

    min_side_px: int = 160  # px, longest side; below it drops: no more than our own smallest thumbnail
    warn_side_px: int = 300  # px, longest side; below it warns: a zoom shows nothing more
    max_aspect: float = 3.0  # long side / short side; warns, never drops
    max_bytes: int = 5 * 1024 * 1024  # bytes; Walmart's limit; warns, never drops


@dataclass(frozen=True)
class ComplianceConfig:
    """II.B: thresholds of packaged judges; those of trained heads are stored with their weights."""

    adult_threshold: float = 0.8  # probability of opennsfw; 0.5 is its authors' doubt
    slots: tuple[tuple[str, str], ...] = ()  # (defect, path of a trained head), for instance weapon


@dataclass(frozen=True)
class TypeConfig:
    """II.C: below `unsure_below` an image is 'unsure' unless its head stores a threshold of its own."""

    unsure_below: float = 0.6  # calibrated probability


@dataclass(frozen=True)
class CategoryConfig:
    """II.C: text categories abstain below this calibrated probability."""

    abstain_below: float = 0.6


@dataclass(frozen=True)
class DedupConfig:
    """II.D: which comparator decides ('registration' or 'ensemble'), and what counts as a copy."""

    comparator: str = "registration"
    min_probability: float = 0.0  # of a copy; the model's own threshold holds where it is higher
    ensemble_phash_bits: int = 10  # of 64; the paper's
    ensemble_edge_dhash_bits: int = 20  # of 64; the paper's
    ensemble_chi_square: float = 0.25  # 0 to 1; best F1 on pairs made of the tuning catalogs


@dataclass(frozen=True)
class ColourConfig:
    """II.D: when an offered picture repeats a shown one in another colour.

    Of 323 pairs of other views of the permitted catalogs' products none is called so.
    """

    dhash_bits: int = 9  # of 64, of the trimmed object; up to here it is the same view
    edge_dhash_bits: int = 11  # of 64; likewise, of the edge-enhanced picture
    chi_square: float = 0.12  # 0 to 1; the least distance of the trimmed objects' histograms
    shared: float = 0.25  # 0 to 1; at most so much of the two objects' colours is common to both
    agreeing: float = 0.4  # 0 to 1; so much is common to two pictures that bear out each other's colour
    named: float = 0.25  # share of an object's colours; from here on it is of a colour that the title names
    least_object: float = 0.03  # share of the trimmed picture that is not white; below it nothing is told


@dataclass(frozen=True)
class OrderingConfig:
    """II.E: weights of what makes a picture the hero when types do not decide."""

    min_fill: float = 0.1  # share of the frame
    uncut_border: float = 0.8  # share of the border that a product leaves free where it only reaches it
    scene_below: float = 0.45  # share of the border that the background model explains; as in foreground
    tight_white: float = 0.2  # share of the border; a tight crop on white shows at least so much of it
    hero_margin: float = 0.26  # of the look rating (0 to 1); a white ground alone (0.25) unseats no hero
    look_tie: float = 0.05  # of the look rating; closer ones count as equal and the earlier one wins


@dataclass(frozen=True)
class ClickConfig:
    """II.E: when customers' clicks overrule the list of types; no part of a selection's digest."""

    position_bias: float = 1.0  # exponent; looks fall as 1 / rank, Joachims et al. 2017
    prior_looks: float = 50.0  # looks that the set's own mean is worth before an image has its own
    sure: float = 0.95  # probability of being better that lets an image pass another


@dataclass(frozen=True)
class RelevanceConfig:
    """Whether a picture looks like its product: a hint for people, no part of a selection's digest."""

    contrast_below: float = -0.06  # cosine to its own kind less that to another; 0.5 % of right pictures
    share: float = 0.02  # of a catalog's images; at most so many, rounded up, are pointed out
    nearest: int = 3  # images of a category whose mean cosine counts
    same: float = 0.995  # cosine from which a picture of another product is the same one and says nothing


@dataclass(frozen=True)
class PipelineConfig:
    """All stages' settings together; `digest` names a configuration in a stored proposal."""

    backbone: str = "package:efficientnet_lite0"
    decode: DecodeLimits = field(default_factory=DecodeLimits)
    quality: QualityConfig = field(default_factory=QualityConfig)
    compliance: ComplianceConfig = field(default_factory=ComplianceConfig)
    image_type: TypeConfig = field(default_factory=TypeConfig)
    category: CategoryConfig = field(default_factory=CategoryConfig)
    dedup: DedupConfig = field(default_factory=DedupConfig)
    colour: ColourConfig = field(default_factory=ColourConfig)
    ordering: OrderingConfig = field(default_factory=OrderingConfig)

    def digest(self) -> str:
        """16 hex digits that change whenever any setting does."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
