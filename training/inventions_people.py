"""Whole people of the project's own: who they are, their hair, clothes and colours, each said in the caption."""

from __future__ import annotations

from training.pen import HAIRS, SKINS, Pen, ball, box, path, stroke

DARK = "#2f2b2b"


def _head(x: float, y: float, size: float, skin: str, hair: str, *, long: bool) -> str:
    """A face with hair, from the front."""
    back = (
        path(
            f"M{x - size - 3} {y}q-2 {size * 2.2} {size * 0.5} {size * 2.2}h{size + 6}q{size * 0.7} 0 {size * 0.5} -{size * 2.2}z",
            hair,
        )
        if long
        else ""
    )
    face = ball(x, y, size, skin, size * 1.1)
    top = path(
        f"M{x - size - 2} {y}q0 -{size * 1.5} {size + 2} -{size * 1.5}t{size + 2} {size * 1.5}q-{size * 0.6} -{size * 0.8} -{size + 2} -{size * 0.7}t-{size + 2} {size * 0.7}z",
        hair,
    )
    eyes = ball(x - size * 0.4, y + 1, 1.8, DARK) + ball(x + size * 0.4, y + 1, 1.8, DARK)
    return (
        back
        + face
        + top
        + eyes
        + stroke(f"M{x - size * 0.3} {y + size * 0.5}q{size * 0.3} {size * 0.3} {size * 0.6} 0", "#a2443c", 1.6)
    )


def _person(pen: Pen, woman: bool, child: bool) -> str:
    """Somebody standing; sets the words that say what is worn or how the hair is."""
    skin, (hair_name, hair) = pen.one(SKINS), pen_hair(pen, child)
    name, cloth = pen.named()
    who = ("girl" if woman else "boy") if child else "woman" if woman else "man"
    top = 40 if child else 24
    long = woman and pen.chance(0.75)
    dress = woman and pen.chance(0.6)
    said = (
        f"in a {name} dress"
        if dress
        else pen.one((f"in a {name} shirt", f"with a {name} shirt", f"wearing a {name} shirt"))
    )
    pen.words = (
        f"{who} {said}"
        if pen.chance(0.6)
        else f"{who} with {'long ' if long else ''}{hair_name} hair"
        if pen.chance(0.6)
        else who
    )
    trousers = pen.one(("#34495e", "#4a5a78", "#5b4a3a", "#2f2f36", "#7a8794"))
    shoulder = top + 18
    arms = stroke(
        f"M50 {shoulder + 4}Q40 {shoulder + 20} {pen.between(38, 44)} {shoulder + 36}M78 {shoulder + 4}Q88 {shoulder + 20} {pen.between(84, 90)} {shoulder + 36}",
        skin,
        7,
    )
    legs = box(53, 88, 9, 34, skin if dress else trousers) + box(66, 88, 9, 34, skin if dress else trousers)
    body = (
        path(f"M50 {shoulder}h28l14 {96 - shoulder}H36z", cloth, "#00000033", 1)
        if dress
        else path(f"M46 {shoulder}h36v{92 - shoulder}H46z", cloth, "#00000033", 1)
    )
    sleeves = "" if dress else stroke(f"M49 {shoulder + 5}l-7 16M79 {shoulder + 5}l7 16", cloth, 9)
    return (
        legs
        + arms
        + body
        + sleeves
        + box(60, top + 10, 8, 10, skin)
        + _head(64, top, 14, skin, hair, long=long)
        + box(50, 118, 13, 7, DARK, 3)
        + box(65, 118, 13, 7, DARK, 3)
    )


def pen_hair(pen: Pen, child: bool = False) -> tuple[str, str]:
    """A hair colour's name and the colour; no child's is gray or white."""
    name = pen.one([name for name in HAIRS if not (child and name in ("gray", "white"))])
    return name, HAIRS[name]


def woman(pen: Pen) -> str:
    return _person(pen, True, False)


def man(pen: Pen) -> str:
    return _person(pen, False, False)


def girl(pen: Pen) -> str:
    return _person(pen, True, True)


def boy(pen: Pen) -> str:
    return _person(pen, False, True)


def portrait(pen: Pen) -> str:
    """A head and shoulders."""
    female = pen.chance(0.55)
    who = pen.subject = "woman" if female else "man"
    skin, (hair_name, hair) = pen.one(SKINS), pen_hair(pen)
    name, cloth = pen.named()
    long = female and pen.chance(0.7)
    beard = path("M42 62q4 34 22 34t22-34q-22 16-44 0z", hair) if not female and pen.chance(0.4) else ""
    extra, drawn = "", ""
    if pen.chance(0.25):
        extra, drawn = (
            "wearing glasses",
            stroke("M46 54a9 9 0 1 0 16 0a9 9 0 1 0 -16 0M66 54a9 9 0 1 0 16 0a9 9 0 1 0 -16 0M62 54h4", DARK, 2.5),
        )
    elif pen.chance(0.35):
        hat_name, hat = pen.named()
        extra, drawn = (
            f"with a {hat_name} hat",
            path("M38 34q0-26 26-26t26 26z", hat, "#00000044", 1) + ball(64, 35, 40, hat, 6),
        )
    told = (extra, f"with {hair_name} hair", f"in a {name} shirt", "with a beard" if beard else extra)
    pen.words = f"{pen.one(('', 'portrait of a '))}{who} {pen.one(told)}".strip()
    return (
        path("M14 128q4-34 50-34t50 34z", cloth)
        + box(54, 80, 20, 20, skin)
        + _head(64, 54, 27, skin, hair, long=long)
        + beard
        + drawn
    )


def knight(pen: Pen) -> str:
    steel, plume = pen.one(("#b4bcc8", "#9aa3b0", "#cfd5de")), pen.tint()
    return (
        path("M64 12q22-14 26 10q-14-6-26 4z", plume)
        + path("M44 40V26q20-22 40 0v14z", steel)
        + box(44, 38, 40, 6, DARK)
        + path("M46 44h36l4 46H42z", steel)
        + box(48, 88, 13, 36, steel)
        + box(67, 88, 13, 36, steel)
        + path("M22 54h26v26q-4 14-13 18q-9-4-13-18z", plume, "#5c5c64", 2)
        + stroke("M98 20v76M90 84h16", "#8d95a2", 4)
    )


def queen(pen: Pen) -> str:
    skin, (_, hair), (name, cloth) = pen.one(SKINS), pen_hair(pen), pen.named()
    pen.words = pen.one(("queen", f"queen in a {name} dress", "princess with a crown"))
    return (
        path("M46 50h36l28 74H18z", cloth, "#00000033", 1)
        + stroke("M48 54q-14 22 4 34M80 54q14 22-4 34", skin, 7)
        + _head(64, 32, 15, skin, hair, long=True)
        + path("M48 20l2-16l8 8l6-10l6 10l8-8l2 16z", "#f2c53d")
    )


def astronaut_figure(pen: Pen) -> str:
    pen.subject, pen.words = "astronaut", pen.one(("astronaut", "astronaut in a space suit"))
    suit, stripe = pen.one(("#e6e9ee", "#f3f3f0", "#d3d8e0")), pen.tint()
    return (
        box(36, 48, 56, 44, "#a9b1bd", 8)
        + ball(64, 30, 25, suit)
        + ball(64, 31, 18, pen.one(("#2f4a6d", "#f0b64a", "#3b3f52")), 14)
        + box(42, 52, 44, 44, suit, 10)
        + stroke("M44 60L26 86M84 60l18 26", suit, 14)
        + box(44, 92, 17, 32, suit, 6)
        + box(67, 92, 17, 32, suit, 6)
        + box(52, 64, 24, 14, stripe, 3)
    )


def bride(pen: Pen) -> str:
    pen.words = pen.one(("bride", "woman in a white dress"))
    return (
        path("M48 48h32l30 76H18z", "#f7f7fa", "#a9adb8", 1.6)
        + stroke("M48 52q-12 22 8 34M80 52q12 22-8 34", pen.one(SKINS), 6)
        + path("M46 20q-14 40-12 60h60q2-20-12-60z", "#f2f4f9cc")
        + _head(64, 30, 14, pen.one(SKINS), pen_hair(pen)[1], long=True)
        + ball(64, 88, 9, pen.one(("#e0748a", "#f7c94a")))
    )


DRAWN = (woman, man, girl, boy, portrait, knight, queen, astronaut_figure, bride)
