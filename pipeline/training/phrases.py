"""What shops write over their pictures, in many languages and scripts, and what stock agencies do."""

from __future__ import annotations

import numpy as np

# By script; a font serves a script when it draws all of its sample.
# fmt: off
WORDS: dict[str, tuple[str, ...]] = {
    "latin": (
        "NEW", "SALE", "HOT", "TOP", "BEST SELLER", "Free shipping", "Limited offer", "2 FOR 1",
        "New in", "Last chance", "Sold out", "Top rated", "Customer favourite", "Pre-order",
        "Online only", "Vegan", "BIO", "NEU", "Angebot", "Nur heute", "Versandkostenfrei",
        "Testsieger", "Neuheit", "Rabatt", "Tipp", "NOUVEAU", "SOLDES", "Promo",
        "Livraison gratuite", "Meilleure vente", "Exclusivité", "OFERTA", "Envío gratis",
        "REBAJAS", "Nuevo", "Más vendido", "NOVITÀ", "Sconto 30%", "Saldi", "Spedizione gratuita",
        "NIEUW", "Gratis", "Aanbieding", "Korting", "REA", "Nyhet", "Fri frakt", "Tilbud", "Nyhed",
        "UUTUUS", "Ale", "AKCE", "Sleva", "Novinka", "Doprava zdarma", "LANÇAMENTO",
        "Frete grátis", "Promoção", "Reducere", "Popust", "Baru", "Diskon", "3 years warranty",
        "No.1", "Premium quality", "100% cotton", "Buy now", "Click here", "Add to cart",
        "Bestseller 2024", "1+1", "XXL", "4K", "PRO", "ECO", "Exclusive", "Full HD", "Wi-Fi",
        "USB-C", "Made in Germany", "Handmade", "Gift included", "Set of 4", "Waterproof",
        "Easy to clean", "BPA free", "Recyclable", "Gluten free", "Kids", "Unisex",
        "Ships in 24 h", "Black Friday", "Cyber Monday",
    ),
    "accented": (
        "WYPRZEDAŻ", "Nowość", "Promocja", "Darmowa dostawa", "YENİ", "İndirim", "Ücretsiz kargo",
        "ÚJ", "Akció", "Ofertă", "Výprodej", "Poslední kusy", "Sníženo", "Livrare gratuită",
        "Kedvezmény",
    ),
    "cyrillic": (
        "НОВИНКА", "СКИДКА", "ХИТ", "Акция", "РАСПРОДАЖА", "Бесплатная доставка",
        "Гарантия 2 года", "Лучшая цена", "Подарок", "Новинка сезона",
    ),
    "greek": (
        "ΝΕΟ", "ΠΡΟΣΦΟΡΑ", "Έκπτωση", "Δωρεάν μεταφορικά", "Νέα άφιξη",
    ),
    "cjk": (
        "新品", "特价", "包邮", "热卖", "限时优惠", "正品保证", "送料無料", "新商品", "セール",
        "人気", "買一送一",
    ),
    "arabic": (
        "جديد", "تخفيض", "عرض خاص", "شحن مجاني",
    ),
    "hebrew": (
        "חדש", "מבצע", "משלוח חינם",
    ),
    "thai": (
        "ใหม่", "ลดราคา", "ส่งฟรี",
    ),
    "devanagari": (
        "नया", "छूट", "मुफ़्त",
    ),
}
# fmt: on
# what products themselves bear: titles, contents, makers' words; an offer is seldom among them
PRINTED = (
    "Volume II",
    "The Garden",
    "Le Voyage",
    "Winter",
    "A History of",
    "Stories",
    "Guide",
    "Cookbook",
    "Atlas",
    "Racing 3",
    "Legends",
    "Deluxe",
    "Edition",
    "Collector's",
    "Live",
    "Greatest Hits",
    "Sound of Blue",
    "Gift Card",
    "GIFT CARD",
    "Gutschein",
    "Carte cadeau",
    "Voucher",
    "Happy Birthday",
    "Merci",
    "for you",
    "Coffee",
    "Dark Roast",
    "Milk",
    "Mjölk",
    "Yoghurt",
    "Juice",
    "Apple",
    "Orange",
    "Chocolate",
    "Shampoo",
    "Organic",
    "Original",
    "Classic",
    "Natural",
    "Vanilla",
    "Strong",
    "Fresh",
    "Sport",
    "Fitness",
    "Team",
    "New York",
    "Paris",
    "California",
    "Surf Club",
    "EST. 1987",
    "Authentic",
    "Denim",
    "Rock",
    "Peace",
    "500 ml",
    "1 L",
    "250 g",
    "3,0 %",
    "No. 5",
    "Model X2",
    "Digital",
    "Power",
    "Start",
    "Menu",
    "12:45",
    "Ingredients",
    "Net weight",
    "Keep cool",
    "ages 6+",
    "2-4 players",
    "64 GB",
    "HD",
    "Stereo",
    "Automatic",
)
OWNERS = (
    "© shop.example",
    "PHOTO STOCK",
    "sample",
    "DO NOT COPY",
    "preview",
    "SHOP24",
    "fotobank",
    "COPYRIGHT",
    "www.bild.example",
    "Studio Norte",
    "© 2024",
    "homestore",
    "Bazar",
    "image bank",
    "PROOF",
    "all rights reserved",
    "Muster",
    "CONFIDENTIAL",
    "draft",
    "photo: M. Silva",
    "ProductShots",
    "Möbelhaus",
    "market-place.example",
)  # fmt: skip
CURRENCIES = ("$", "€", "£", "₽", "zł", "kr", "CHF", "R$", "Kč", "Ft", "lei", "USD", "EUR", "AED", "Rs.")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def pick_phrase(rng: np.random.Generator, script: str = "latin") -> str:
    """Words of a badge: an offer, a claim, a price, a share or a size."""
    if script == "latin" and rng.random() < 0.4:
        return _pick_number(rng)
    words = str(rng.choice(WORDS[script]))
    if script == "latin" and rng.random() < 0.15:
        return words.upper()
    return words


def pick_print(rng: np.random.Generator) -> str:
    """Words of a product's own print: made-up names, titles and contents, now and then an offer."""
    chance = rng.random()
    if chance < 0.2:
        return pick_phrase(rng)
    if chance < 0.5:
        return make_name(rng)
    words = " ".join(str(rng.choice(PRINTED)) for _ in range(int(rng.choice([1, 1, 1, 2]))))
    return words.upper() if rng.random() < 0.2 else words


def pick_owner(rng: np.random.Generator) -> str:
    """A name as watermarks and signatures bear it; made up of letters now and then."""
    if rng.random() < 0.3:
        return make_name(rng) + str(rng.choice(["", "", ".example", " shop", " Photo", "™"]))
    return str(rng.choice(OWNERS))


def pick_contact(rng: np.random.Generator) -> str:
    """An address, a telephone number or a page."""
    name = make_name(rng).lower()
    number = " ".join(str(rng.integers(10, 999)) for _ in range(4))
    lines = (f"www.{name}.example", f"{name}.example/sale", f"Tel. +{number}", f"info@{name}.example")
    return str(rng.choice(lines))


def make_name(rng: np.random.Generator) -> str:
    """Four to ten letters that spell nothing: no network learns names by heart."""
    letters = "".join(rng.choice(list(LETTERS[:26]), int(rng.integers(4, 11))))
    return letters.upper() if rng.random() < 0.4 else letters.capitalize()


def _pick_number(rng: np.random.Generator) -> str:
    share, whole = int(rng.integers(1, 19)) * 5, int(rng.integers(1, 1500))
    coin = str(rng.choice(CURRENCIES[:3] if rng.random() < 0.6 else CURRENCIES))
    cents = str(rng.choice([".99", ",99", ".00", ",-", "", ".50", ",95"]))
    forms = (
        f"-{share}%", f"{share}% OFF", f"-{share} %", f"SAVE {share}%", f"{share}%", f"bis -{share}%",
        f"{coin}{whole}{cents}", f"{whole}{cents} {coin}", f"Only {coin}{whole}", f"ab {whole}{cents} {coin}",
        f"{whole % 250} cm", f"{whole} ml", f"{whole % 40}x", f"{whole} W", f"{whole % 12 + 1} pcs",
        f"{rng.uniform(3.5, 5):.1f}", f"{whole % 30} x {share} cm", f"+{whole % 90}",
    )  # fmt: skip
    return str(rng.choice(forms))
