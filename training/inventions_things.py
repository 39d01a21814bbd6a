"""Plants, still lifes, furniture and odd things of the project's own."""

from __future__ import annotations

from training.pen import LEAVES, STONES, WOODS, Pen, ball, box, path, stroke, turned

DARK = "#3b3a40"


def fruit(pen: Pen, x: float, y: float, size: float) -> str:
    """One fruit by lot."""
    kind = pen.whole(0, 5)
    if kind == 0:
        return ball(x, y, size, pen.one(("#d8232a", "#e0483a", "#8fc14a"))) + stroke(
            f"M{x} {y - size}q2-6 5-7", "#5c3b22", 2
        )
    if kind == 1:
        return ball(x, y, size, "#f59a23") + ball(x - size / 3, y - size / 3, size / 4, "#fbc06a")
    if kind == 2:
        return path(
            f"M{x - size} {y - size * 0.6}q{size * 0.3} {size * 1.8} {size * 2.2} {size * 1.2}q-{size * 1.6} 0 -{size * 1.7} -{size * 1.4}z",
            "#f7d34a",
            "#c9a227",
            1,
        )
    if kind == 3:
        return "".join(
            ball(x + dx * size * 0.45, y + dy * size * 0.45, size * 0.34, pen.one(("#6b3fa0", "#7d4fb5")))
            for dx, dy in ((-1, -1), (0, -1), (1, -1), (-0.5, 0), (0.5, 0), (0, 1))
        )
    if kind == 4:
        return (
            ball(x, y + size * 0.2, size * 0.8, "#a9c94a")
            + ball(x, y - size * 0.6, size * 0.45, "#a9c94a")
            + stroke(f"M{x} {y - size}v-6", "#5c3b22", 2)
        )
    return ball(x, y, size, "#f6a07a") + stroke(f"M{x} {y - size}q-4 {size} 0 {size * 1.6}", "#d9774f", 1)


def bowl_of_fruit(pen: Pen) -> str:
    fruits = "".join(
        fruit(pen, x, y, pen.between(12, 17))
        for x, y in ((40, 52), (64, 40), (88, 52), (30, 66), (54, 62), (78, 62), (98, 67))
    )
    bowl = pen.one((*WOODS, "#e9e6df", "#4b7fb5", "#c9674a", "#8aa0a8"))
    return (
        fruits
        + path("M8 66h112q-4 40-36 46h-40Q12 106 8 66z", bowl)
        + box(46, 110, 36, 8, bowl, 3)
        + stroke("M8 68h112", "#00000033", 3)
    )


def basket_of_apples(pen: Pen) -> str:
    colour, wood = pen.one(("#d8232a", "#8fc14a", "#e0483a")), pen.one(WOODS)
    apples = "".join(
        ball(x, y, 14, colour) + stroke(f"M{x} {y - 13}q1-5 4-6", "#5c3b22", 2)
        for x, y in ((36, 60), (64, 52), (92, 60), (50, 66), (78, 66))
    )
    weave = "".join(stroke(f"M{x} 72v44", "#00000030", 2) for x in range(24, 112, 10)) + stroke(
        "M18 86h92M20 100h88", "#00000030", 2
    )
    return (
        stroke("M22 72Q64 {} 106 72".format(pen.one(("-6", "4", "-14"))), wood, 5)
        + apples
        + path("M14 70h100l-10 48H24z", wood)
        + weave
    )


def flower(pen: Pen, x: float, y: float, size: float, colour: str) -> str:
    """One flower: petals around a middle, a tulip or a ball."""
    kind = pen.whole(0, 2)
    if kind == 0:
        return "".join(
            turned(60 * n, x, y, ball(x, y - size * 0.6, size * 0.42, colour, size * 0.55)) for n in range(6)
        ) + ball(x, y, size * 0.36, "#f7d34a")
    if kind == 1:
        return path(
            f"M{x - size * 0.7} {y - size * 0.7}l{size * 0.35} {size * 0.4}l{size * 0.35} -{size * 0.5}l{size * 0.35} {size * 0.5}l{size * 0.35} -{size * 0.4}q{size * 0.3} {size * 1.5} -{size * 0.7} {size * 1.6}q-{size} 0 -{size * 0.7} -{size * 1.6}z",
            colour,
        )
    return ball(x, y, size * 0.8, colour) + stroke(
        f"M{x - size * 0.4} {y}q{size * 0.4} -{size * 0.6} {size * 0.8} 0", "#ffffff66", 2
    )


def vase_of_flowers(pen: Pen) -> str:
    colours = [pen.one(("#e0483a", "#f7c531", "#f08ab8", "#8a4fc0", "#ffffff", "#f59a23", "#4b7fd0")) for _ in range(2)]
    spots = ((64, 20), (40, 28), (88, 28), (28, 48), (100, 48), (52, 46), (76, 46))[: pen.whole(4, 7)]
    stems = "".join(stroke(f"M64 82Q{(64 + x) / 2} {y + 20} {x} {y}", pen.one(LEAVES), 3) for x, y in spots)
    heads = "".join(flower(pen, x, y, pen.between(12, 16), pen.one(colours)) for x, y in spots)
    vase = pen.one(("#4b7fb5", "#e9e6df", "#c9674a", "#7ab3a8", "#a9d4ee", "#8a5a34"))
    shapes = (
        "M50 76h28q-4 10 8 22q4 20-10 26H52Q38 118 42 98q12-12 8-22z",
        "M44 76h40l-6 48H50z",
        "M52 76h24v10q18 10 8 38H44q-10-28 8-38z",
    )
    return stems + heads + path(pen.one(shapes), vase, "#00000033", 1)


def potted_plant(pen: Pen) -> str:
    leaf = pen.one(LEAVES)
    count = pen.whole(5, 9)
    leaves = "".join(
        turned(
            -70 + 140 * n / (count - 1),
            64,
            88,
            ball(64, 52, pen.between(7, 11), leaf, pen.between(30, 38)) + stroke("M64 84V26", "#ffffff44", 1),
        )
        for n in range(count)
    )
    return (
        leaves
        + path("M38 84h52l-8 40H46z", pen.one(("#c9674a", "#e9e6df", "#4b7fb5", "#8a8f98")))
        + box(34, 80, 60, 10, pen.one(("#b5563b", "#d9d5cc", "#3f6d9c")), 3)
    )


def bonsai(pen: Pen) -> str:
    leaf = pen.one(LEAVES)
    return (
        stroke("M62 100Q50 80 66 66T{} 36".format(pen.one(("56", "78", "64"))), pen.one(WOODS), 9)
        + ball(44, 56, 22, leaf, 13)
        + ball(86, 50, 22, leaf, 13)
        + ball(64, 32, 26, leaf, 15)
        + box(30, 100, 68, 18, pen.one(("#4b6f8f", "#7a4a3a", "#5b6b4a")), 4)
    )


def bare_tree(pen: Pen) -> str:
    wood = pen.one(("#5c4433", "#4a3b33", "#6f5a48"))
    twigs = "".join(
        stroke(f"M{x0} {y0}q{dx / 2} -4 {dx} -{dy}", wood, 4)
        for x0, y0, dx, dy in (
            (62, 78, -34, 34),
            (66, 68, 32, 36),
            (62, 56, -22, 34),
            (66, 48, 20, 32),
            (44, 60, -18, 6),
            (84, 50, 20, 4),
            (64, 40, 4, 32),
        )
    )
    return stroke("M64 124Q60 90 64 36", wood, 11) + twigs


def autumn_tree(pen: Pen) -> str:
    colours = [pen.one(("#e0832f", "#c9502b", "#e3b23c", "#b5402a")) for _ in range(2)]
    crown = "".join(
        ball(64 + dx, 48 + dy, pen.between(18, 25), pen.one(colours))
        for dx, dy in ((-24, 6), (24, 6), (0, -16), (-12, 14), (14, 14))
    )
    fallen = "".join(ball(x, 122, 4, pen.one(colours), 2) for x in (34, 48, 82, 96))
    return box(58, 60, 13, 62, pen.one(WOODS)) + crown + fallen


def sunflowers(pen: Pen) -> str:
    body = ""
    for x, height, width in ((34, 46, 16), (94, 42, 16), (64, 30, 19)):
        y, size = height + pen.between(-8, 10), width + pen.between(-3, 2)
        body += (
            stroke(f"M{x} {y}Q{x + 4} 90 {x} 124", "#4d8f3a", 5)
            + "".join(turned(30 * n, x, y, ball(x, y - size, 5, "#f7c531", 10)) for n in range(12))
            + ball(x, y, size * 0.6, "#6d4427")
        )
    return body


def bookshelf(pen: Pen) -> str:
    wood = pen.one(WOODS)
    body = box(12, 6, 104, 118, wood) + box(18, 12, 92, 106, "#4d3320")
    for y in (14, 50, 86):
        x = 20.0
        while x < 104:
            wide, high = pen.between(5, 10), pen.between(22, 31)
            body += box(round(x, 1), y + 32 - high, min(wide, 108 - x), high, pen.tint())
            x += wide + 1
        body += box(18, y + 32, 92, 4, wood)
    return body


def lamp(pen: Pen) -> str:
    shade = pen.one(("#f4e3b2", "#d96a4a", "#6fa8a0", "#f2efe6", "#4b6f9f"))
    return (
        box(60, 56, 8, 58, pen.one(("#b08d4a", "#6b6b72", *WOODS)))
        + box(38, 112, 52, 10, pen.one(("#b08d4a", "#6b6b72")), 4)
        + path("M44 8h40l18 52H26z", shade)
        + (ball(64, 66, 26, "#fff3b055", 8) if pen.chance(0.5) else "")
    )


def candle(pen: Pen) -> str:
    wax = pen.one(("#f4ecd8", "#d8423a", "#f0e2c4", "#8a4fc0"))
    return (
        box(48, 50, 32, 66, wax, 4)
        + stroke("M64 50v-10", DARK, 3)
        + path("M64 10q16 18 0 32q-16-14 0-32z", "#ffb52e")
        + path("M64 22q7 10 0 18q-7-8 0-18z", "#fff2a8")
        + box(36, 112, 56, 10, pen.one(("#b08d4a", "#8a8f98")), 4)
    )


def wine_bottle(pen: Pen) -> str:
    glass = pen.one(("#2f5d3a", "#4a2430", "#3b4a2f", "#5a2a2a"))
    return (
        path("M54 6h20v30q16 10 16 28v56q0 6-6 6H44q-6 0-6-6V64q0-18 16-28z", glass)
        + box(38, 74, 52, 30, pen.one(("#f2ead8", "#e3d6b0")))
        + box(54, 4, 20, 12, pen.tint())
        + stroke("M46 84h36M46 92h24", "#8a8378", 2)
    )


def mug(pen: Pen) -> str:
    name, colour = pen.named()
    if pen.chance(0.6):
        pen.words = f"{name} mug"
    steam = (
        stroke("M44 34q-6-8 0-14t0-14M64 34q-6-8 0-14t0-14M84 34q-6-8 0-14t0-14", "#b9bcc4", 3)
        if pen.chance(0.5)
        else ""
    )
    return (
        steam
        + stroke("M94 58q26 0 24 22t-28 22", colour, 9)
        + path("M22 44h74v60q0 16-16 16H38q-16 0-16-16z", colour, "#00000044", 1.5)
        + ball(59, 46, 36, "#5c3b22", 6)
    )


def teapot(pen: Pen) -> str:
    colour = pen.one(("#4b7fb5", "#c9674a", "#e9e6df", "#6f9f5a", "#d8423a"))
    return (
        stroke("M94 62q26-4 22 22q-4 18-26 18", colour, 8)
        + path("M36 72L8 54l-4 8l26 38z", colour)
        + ball(64, 84, 38, colour, 34)
        + ball(64, 54, 22, colour, 9)
        + ball(64, 42, 6, DARK)
        + stroke("M40 74q24 10 48 0", "#ffffff55", 3)
    )


def wooden_table(pen: Pen) -> str:
    wood = pen.one(WOODS)
    pen.words = pen.one(("table", "wooden table"))
    return (
        box(6, 50, 116, 12, wood, 3)
        + box(14, 62, 10, 60, wood)
        + box(104, 62, 10, 60, wood)
        + box(14, 62, 100, 8, "#00000033")
    )


def treasure_chest(pen: Pen) -> str:
    wood = pen.one(WOODS)
    gold = "".join(
        ball(x, y, 8, "#f7cf4a") + ball(x - 2, y - 2, 3, "#fff0a8")
        for x, y in ((34, 62), (50, 54), (66, 52), (82, 56), (96, 62), (58, 60), (76, 62))
    )
    lid = path("M14 52Q14 12 64 12T114 52z", wood) + stroke("M40 50V18M88 50V18", "#d9b44a", 6)
    return (
        lid
        + gold
        + box(12, 64, 104, 54, wood, 3)
        + stroke("M12 68h104M40 64v54M88 64v54", "#d9b44a", 6)
        + box(54, 62, 20, 22, "#d9b44a", 3)
        + ball(64, 73, 4, DARK)
    )


def witch_hat(pen: Pen) -> str:
    name, colour = pen.named()
    pen.words = pen.one(("witch hat", f"{name} witch hat", f"{name} wizard hat"))
    return (
        path("M34 100Q52 40 {} 6Q84 60 94 100z".format(pen.one(("58", "84", "70"))), colour, "#00000044", 1.5)
        + ball(64, 104, 60, colour, 13)
        + path("M36 92q28 10 56 0l3 10q-31 8-62 0z", pen.one(("#f0b429", "#8a4fc0", "#2b2b30")))
        + box(58, 90, 13, 12, "#f7d34a", 2)
    )


def picnic_basket(pen: Pen) -> str:
    wood = pen.one(WOODS)
    return (
        stroke("M30 62Q64 -10 98 62", wood, 6)
        + box(14, 60, 100, 58, wood, 8)
        + "".join(stroke(f"M14 {y}h100", "#00000033", 2) for y in (74, 88, 102))
        + "".join(stroke(f"M{x} 60v58", "#00000022", 2) for x in range(24, 112, 12))
        + path("M40 60h56l-8 30H56z", "#d8423a")
        + stroke("M50 60v26M66 60v30M82 60v28M46 72h46", "#ffffff", 3)
    )


def stained_glass_window(pen: Pen) -> str:
    glass = "".join(
        turned(30 * n, 64, 58, path("M64 58L54 18Q64 10 74 18z", pen.tint(), "#2b2b30", 2)) for n in range(12)
    )
    return (
        path("M16 124V58a48 48 0 0 1 96 0v66z", "#2b2b30")
        + "".join(box(x, y, 26, 24, pen.tint()) for x in (22, 51, 80) for y in (72, 98))
        + glass
        + ball(64, 58, 10, "#f7d34a")
    )


def mandala(pen: Pen) -> str:
    body, count = "", pen.whole(8, 12)
    for radius, size in ((50, 12), (34, 10), (18, 8)):
        colour, inner = pen.tint(), pen.tint()
        body += "".join(
            turned(
                360 / count * n,
                64,
                64,
                ball(64, 64 - radius, size * 0.7, colour, size) + ball(64, 64 - radius, size * 0.3, inner, size * 0.5),
            )
            for n in range(count)
        )
    return body + ball(64, 64, 9, pen.tint())


def galaxy(pen: Pen) -> str:
    tilt, a, b = pen.between(-30, 30), pen.one(("#8a6fd8", "#5f8fe0", "#d06fb5")), pen.one(("#f0c8f5", "#c8dcfa"))
    pen.words = pen.one(("galaxy", "spiral galaxy"))
    arms = "".join(
        turned(
            180 * n,
            64,
            64,
            stroke("M64 64q26-4 30 14t-26 30q-34 4-48-22", a, 9) + stroke("M64 64q26-4 30 14t-26 30", b, 3),
        )
        for n in range(2)
    )
    stars = "".join(ball(pen.between(6, 122), pen.between(6, 122), pen.between(0.6, 1.8), "#ffffff") for _ in range(24))
    return (
        ball(64, 64, 63, "#120f2e")
        + stars
        + turned(tilt, 64, 64, f'<g transform="translate(0 20) scale(1 .7)">{arms}</g>')
        + ball(64, 64, 11, "#fff3d6")
    )


def crystal(pen: Pen) -> str:
    name, colour = pen.named()
    pen.words = pen.one(("crystal", f"{name} crystal"))
    return "".join(
        turned(angle, 64, 120, path(f"M54 120V{top + 16}L64 {top}L74 {top + 16}V120z", colour, "#ffffff88", 2))
        for angle, top in ((-28, 50), (26, 44), (-12, 24), (12, 20), (0, 8))
    )


def sandcastle(pen: Pen) -> str:
    sand = pen.one(("#e8c98a", "#dfba74", "#f0d6a0"))
    towers = "".join(
        box(x, y, 26, 124 - y, sand) + path(f"M{x - 3} {y}L{x + 13} {y - 22}L{x + 29} {y}z", sand, "#b9924f", 1)
        for x, y in ((14, 68), (88, 68), (50, 44))
    )
    return (
        towers
        + box(20, 84, 88, 40, sand)
        + path("M54 124v-16a10 10 0 0 1 20 0v16z", "#a37d42")
        + stroke("M63 22V4", "#7a5230", 2)
        + path("M64 4l18 6l-18 6z", pen.tint())
    )


def campfire(pen: Pen) -> str:
    return (
        path("M64 12q34 36 24 66q-6 20-24 20t-24-20Q34 56 64 12z", "#f5842b")
        + path("M64 40q20 24 12 42q-4 14-12 14t-12-14Q46 62 64 40z", "#ffd257")
        + turned(14, 64, 108, box(18, 100, 92, 12, pen.one(WOODS), 6))
        + turned(-14, 64, 108, box(18, 100, 92, 12, pen.one(WOODS), 6))
    )


def hammock(pen: Pen) -> str:
    return (
        box(8, 20, 9, 104, pen.one(WOODS))
        + box(111, 20, 9, 104, pen.one(WOODS))
        + path("M14 48Q64 122 114 48Q64 84 14 48z", pen.tint())
        + stroke("M14 48Q64 122 114 48", "#00000044", 2)
    )


def seahorse(pen: Pen) -> str:
    colour = pen.one(("#f0a23c", "#e0748a", "#6fb8a8", "#f7c94a", "#8a6fd0"))
    return (
        stroke("M66 34q22 14 12 40q-8 20-20 24q-10 8-2 18q12 8 16-4", colour, 16)
        + ball(66, 28, 17, colour)
        + path("M54 26L28 36l2 8l28-2z", colour)
        + ball(62, 24, 4, "#fff")
        + ball(61, 24, 2, DARK)
        + path("M90 52q22 8 4 30z", colour)
        + path("M60 14l6-12l6 10l10-6l-2 14z", colour)
    )


def starfish(pen: Pen) -> str:
    colour = pen.one(("#f0803c", "#e05a5a", "#f0b04a", "#d8629a"))
    arms = "".join(turned(72 * n + pen.between(-6, 6), 64, 66, path("M50 68L64 6L78 68z", colour)) for n in range(5))
    return (
        arms
        + ball(64, 66, 20, colour)
        + "".join(turned(72 * n, 64, 66, ball(64, 40, 3, "#ffffff88")) for n in range(5))
    )


def stone_statue(pen: Pen) -> str:
    stone = pen.one(STONES)
    pen.words = "statue"
    return (
        box(30, 106, 68, 18, stone)
        + box(38, 96, 52, 12, "#8f8b86")
        + path("M46 96q-6-34 4-50h28q12 18 4 50z", stone)
        + ball(64, 30, 14, stone)
        + stroke(f"M48 52q-14 16 {pen.between(-2, 6)} 30M80 52q16-{pen.between(4, 18)} 16-30", stone, 9)
        + stroke("M58 30h3M68 30h3M60 38h8M52 62q12 8 24 0", "#77736c", 2)
    )


DRAWN = (bowl_of_fruit, basket_of_apples, vase_of_flowers, potted_plant, bonsai, bare_tree, autumn_tree, sunflowers, bookshelf,
         lamp, candle, wine_bottle, mug, teapot, wooden_table, treasure_chest, witch_hat, picnic_basket, stained_glass_window,
         mandala, galaxy, crystal, sandcastle, campfire, hammock, seahorse, starfish, stone_statue)  # fmt: skip
