"""Whose words a line of text is: a shop's offer, a picture's owner, or any other (II.B).

The packaged reader knows Latin and Chinese letters, drops most accents, and runs words into one another.
"""

from __future__ import annotations

import re
import unicodedata

# Of offers: words alone, and parts of five letters and more that also count inside longer ones.
# fmt: off
OFFER_WORDS = frozenset((
    "ab", "akce", "ale", "baru", "best", "bio", "bogo", "buy", "deal", "deals", "eco", "free", "gift",
    "gratis", "hit", "hot", "kids", "ltd", "neu", "new", "nieuw", "no1", "nova", "novo", "now", "nuevo",
    "nyhet", "oferta", "off", "offer", "only", "out", "pcs", "price", "pro", "promo", "rabatt", "rea",
    "saldi", "sale", "save", "sleva", "sold", "soldes", "stock", "tilbud", "tipp", "top", "uj", "unisex",
    "vegan", "warranty", "wow", "xxl", "yeni",
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
    "lowprice", "moneyback", "recommended", "popular", "premiumquality", "highquality",
)
OFFER_SIGNS = (
    "新品", "特价", "包邮", "热卖", "优惠", "正品", "送料無料", "新商品", "人気", "買一送一", "促销", "折",
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
PRICE = re.compile(
    r"[$€£¥]\s?\d|\d\s?[€£]|\d[.,]\d\d\s?(eur|usd|kr|zl|chf|lei|aed|kc|ft)?\b|\d[.,]-|(usd|eur|chf|only|ab|s)\s?\d+[.,]\d\d",
    re.IGNORECASE,
)
# what is off a price: '-30 %', '25%', '12% off', '2 + 1'; '12% fat', '3,0 %' and '100 %' tell what is inside
SHARE = re.compile(
    r"-\s?\d\d?\s?%|(?<![\d.,])[1-9]?[05]\s?%(?!\s?(fat|fett|vol))|%\s?off|\d\s?[+]\s?\d", re.IGNORECASE
)
PAGE = re.compile(
    r"[a-z0-9-]{3,}\.(com|net|org|shop|store|test|example|[a-z]{2})\b|www\.|@|©|\(c\)", re.IGNORECASE
)


def is_offer(text: str) -> bool:
    """Whether a line speaks of price, share, newness, delivery or a claim, as badges do."""
    flat = _flatten(text)
    if PRICE.search(flat) or SHARE.search(flat) or any(sign in text for sign in OFFER_SIGNS):
        return True
    return _holds(flat, OFFER_WORDS, OFFER_PARTS)


def is_owner(text: str) -> bool:
    """Whether a line names an owner or forbids copying, as watermarks do."""
    flat = _flatten(text)
    return bool(PAGE.search(flat)) or _holds(flat, OWNER_WORDS, OWNER_PARTS)


def _flatten(text: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _holds(flat: str, words: frozenset[str], parts: tuple[str, ...]) -> bool:
    squeezed = re.sub(r"[^a-z0-9]", "", flat)
    tokens = {*re.split(r"[^a-z0-9]+", flat), squeezed}
    return bool(tokens & words) or any(part in squeezed for part in parts)
