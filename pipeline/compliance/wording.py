"""Whose words a line of text is: a shop's offer, a picture's owner, or any other (II.B).

The packaged reader knows Latin and Chinese letters, drops most accents, and runs words into one another.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches

# Of offers: words alone, and parts of five letters and more that also count inside longer ones.
# fmt: off
OFFER_WORDS = frozenset((
    "ab", "actie", "akce", "akcio", "aktion", "ale", "baru", "best", "bio", "bogo", "buy", "deal",
    "deals", "eco", "free", "gift", "gratis", "hit", "hot", "kids", "ltd", "neu", "new", "nieuw", "no1",
    "nova", "novo", "now", "nuevo", "nyhed", "nyhet", "oferta", "off", "offer", "only", "out", "pcs",
    "price", "pro", "promo", "rabatt", "rea", "saldi", "sale", "salg", "save", "sleva", "sold", "soldes",
    "stock", "tilbud", "tipp", "top", "uj", "unisex", "vegan", "warranty", "wow", "xxl", "yeni",
))
OFFER_PARTS = (
    "bestsell", "bestprice", "topprice", "shipping", "delivery", "discount", "clearance", "limited",
    "exclusive", "special", "hotdeal", "freegift", "buynow", "addtocart", "lastchance", "soldout",
    "preorder", "onlineonly", "newin", "newarrival", "blackfriday", "cybermonday", "toprated", "warranty",
    "guarantee", "garantie", "garantia", "instock", "outlet", "lastitems", "2for1", "editorspick",
    "ourchoice", "ecochoice", "madein", "waterproof", "handmade", "bpafree", "glutenfree", "cotton",
    "fullhd", "ultrahd", "angebot", "sonderpreis", "rabatt", "versandkosten", "gratisversand", "testsieger",
    "neuheit", "nurheute", "bestseller", "nouveau", "livraison", "meilleure", "promotion", "promocion",
    "oferta", "rebajas", "enviogratis", "masvendido", "novita", "sconto", "spedizione", "aanbieding",
    "korting", "verzending", "frifrakt", "dopravazdarma", "novinka", "vyprodej", "promocja", "nowosc",
    "wyprzedaz", "dostawa", "kupteraz", "fretegratis", "promocao", "lancamento", "reducere", "indirim",
    "kampanya", "popust", "akcija", "diskon", "terlaris", "buyone", "getone", "megadeal", "superdeal",
    "lowprice", "moneyback", "recommended", "popular", "premiumquality", "highquality", "bestvalue",
    "topseller", "cashback", "reduced", "returns", "dispatch", "sameday", "nextday", "comingsoon", "trending",
    "reduziert", "lieferung", "gunstig", "liquidation", "destockage", "gratuit", "prixchoc",
    "descuento", "liquidacion", "desconto", "offerta", "leverans", "levering", "fraktfri", "udsalg",
    "tarjous", "toimitus", "zdarma", "snizeno", "okazja", "darmowa", "przecena", "besplatna", "kedvezmeny",
    "ingyenes", "ucretsiz", "kargo", "firsat", "gratisongkir", "terbaru", "giamgia", "mienphi",
)
OFFER_SIGNS = (
    "新品", "特价", "包邮", "热卖", "优惠", "正品", "送料無料", "新商品", "人気", "買一送一", "促销", "折",
)
# what the reader makes of Cyrillic and Greek offers
OFFER_SHAPES = re.compile(
    r"hoboe|ho[be][nhmui]hk|ck[nhumi].?[akd]?k[ai]\b|pac[npih].{3,6}[kxc]a|ec[np].?.?a[tm]h|oc[tm]a[be6]ka"
    r"|apah[tm]|o[adhn]?apok|pomou[unm]|akun?[ju]?[uj]a|npo[eo]o+[pф]|pooo?popa|e?ektt?w|[aq]qpean|wpeav"
)
OWNER_PARTS = (
    "copyright", "sample", "specimen", "preview", "watermark", "donotcopy", "allrights", "confidential",
    "shutterstock", "gettyimages", "istock", "alamy", "depositphotos", "dreamstime", "fotolia",
    "adobestock", "fotostock", "photostock", "stockphoto", "imagebank", "fotobank", "photoby",
    "photographer", "muster", "draft", "https", "onlineshop", "webstore", "webshop", "productshots",
)
OWNER_WORDS = frozenset((
    "foto", "photo", "photos", "proof", "stock", "store", "studio", "www",
))
# fmt: on
LONG = 8  # letters of a word that may be misread
LONG_PARTS = tuple(part for part in OFFER_PARTS if len(part) >= LONG)
ALIKE = 0.88  # of letters: one of nine is another, or one of eight is missing
PRICE = re.compile(
    r"[$€£¥]\s?\d|\d\s?[€£]|\d[.,]\d\d\s?(eur|usd|kr|zl|chf|lei|aed|kc|ft)?\b|\d[.,]-"
    r"|(usd|eur|chf|only|ab|s)\s?\d+[.,]\d\d|only\s?[$€£s]?\d\d|\d\d\s?(eur|usd|gbp|chf|pln|czk)\b",
    re.IGNORECASE,
)
# what is off a price: '-30 %', '25%', '12% off', '2 + 1', '3 for 2'; '12% fat', '3,0 %' and '100 %' tell
# what is inside
SHARE = re.compile(
    r"-\s?\d\d?\s?%|^-\s?[1-9][05]$|(?<![\d.,])[1-9]?[05]\s?%(?!\s?(fat|fett|vol))|%\s?off|\d\s?[+]\s?\d"
    r"|\b\d\s?(for|fur|pour|por|per|voor|za)\s?\d\b",
    re.IGNORECASE,
)
PAGE = re.compile(
    r"[a-z0-9-]{3,}\.(com|net|org|shop|store|test|example|[a-z]{2})\b|www\.|@|©|\(c\)", re.IGNORECASE
)


def is_offer(text: str) -> bool:
    """Whether a line speaks of price, share, newness, delivery or a claim, as badges do."""
    flat = _flatten(text)
    if PRICE.search(flat) or SHARE.search(flat) or any(sign in text for sign in OFFER_SIGNS):
        return True
    return bool(OFFER_SHAPES.search(flat)) or _holds(flat, OFFER_WORDS, OFFER_PARTS) or _misreads(flat)


def is_owner(text: str) -> bool:
    """Whether a line names an owner or forbids copying, as watermarks do."""
    flat = _flatten(text)
    return bool(PAGE.search(flat)) or _holds(flat, OWNER_WORDS, OWNER_PARTS)


def _flatten(text: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _misreads(flat: str) -> bool:
    """Whether a long word, or the whole line, is one of an offer but for a letter or two."""
    squeezed = re.sub(r"[^a-z0-9]", "", flat)
    words = {squeezed, *re.findall(r"[a-z]+", flat)}
    return any(len(word) >= LONG and get_close_matches(word, LONG_PARTS, 1, ALIKE) for word in words)


def _holds(flat: str, words: frozenset[str], parts: tuple[str, ...]) -> bool:
    squeezed = re.sub(r"[^a-z0-9]", "", flat)
    tokens = {*re.split(r"[^a-z0-9]+", flat), squeezed}
    return bool(tokens & words) or any(part in squeezed for part in parts)
