"""Buildings, bridges and ships of the project's own."""

from __future__ import annotations

from training.pen import LEAVES, ROOFS, STONES, WALLS, WOODS, Pen, ball, box, path, stroke, turned

DARK, GLASS = "#3b3a40", "#a9d4ee"


def windmill(pen: Pen) -> str:
    body, cap, sail = pen.one((*WALLS, *WOODS)), pen.one(ROOFS), pen.one(("#f4efe4", "#d8d2c6", "#b98550"))
    x, y, half = 64, pen.between(44, 50), pen.between(17, 23)
    angle = pen.between(0, 90)
    blade = (
        box(x - 2, y - 48, 4, 48, pen.one(WOODS))
        + box(x + 1, y - 46, 12, 34, sail)
        + stroke(f"M{x + 1} {y - 35}h12M{x + 1} {y - 24}h12", "#8a8378", 1)
    )
    blades = "".join(turned(angle + 90 * n, x, y, blade) for n in range(4))
    tower = path(f"M{x - half + 6} {y}h{2 * half - 12}L{x + half} 124H{x - half}z", body)
    return (
        tower
        + path(f"M{x - half + 4} {y + 3}q{half - 4} -26 {2 * half - 8} 0z", cap)
        + box(x - 6, 104, 12, 20, DARK, 4)
        + box(x - 4, 74, 8, 10, GLASS)
        + blades
        + ball(x, y, 4, DARK)
    )


def lighthouse(pen: Pen) -> str:
    stripe = pen.one(("#d8322f", "#2f6fb5", "#2c2c33", "#d8322f"))
    top, base = pen.between(10, 13), pen.between(17, 21)
    tower = path(f"M{64 - top} 42h{2 * top}L{64 + base} 120H{64 - base}z", "#f6f4ee", "#b9b6ae", 1)
    rings = "".join(
        path(
            f"M{64 - top - (base - top) * (y - 42) / 78} {y}h{2 * (top + (base - top) * (y - 42) / 78)}l{(base - top) * 13 / 78} 13h{-2 * (top + (base - top) * (y + 13 - 42) / 78)}z",
            stripe,
        )
        for y in (52, 78, 104)
    )
    rock = path("M20 126q10-16 30-12q20-8 34 2q18 0 24 10z", pen.one(STONES)) if pen.chance(0.6) else ""
    return (
        rock
        + tower
        + rings
        + box(64 - top - 4, 38, 2 * top + 8, 5, DARK)
        + box(64 - top + 2, 22, 2 * top - 4, 16, "#ffe58a")
        + path(f"M{64 - top} 23h{2 * top}L64 8z", stripe)
        + box(59, 106, 10, 16, DARK, 5)
    )


def cottage(pen: Pen) -> str:
    wall, roof = pen.one(WALLS), pen.one(ROOFS)
    y = pen.between(56, 64)
    chimney = box(pen.one(("34", "84")), y - 34, 10, 24, pen.one(STONES)) if pen.chance(0.7) else ""
    bushes = ball(20, 116, 14, pen.one(LEAVES)) + ball(110, 116, 12, pen.one(LEAVES)) if pen.chance(0.6) else ""
    windows = "".join(
        box(x, y + 16, 16, 16, GLASS) + stroke(f"M{x + 8} {y + 16}v16M{x} {y + 24}h16", "#fff", 2) for x in (28, 84)
    )
    return (
        chimney
        + box(20, y, 88, 122 - y, wall)
        + path(f"M10 {y + 2}L64 {y - 40}L118 {y + 2}z", roof)
        + windows
        + box(55, 92, 18, 30, pen.tint(), 2)
        + bushes
    )


def log_cabin(pen: Pen) -> str:
    wood, roof = pen.one(WOODS), pen.one((*ROOFS, *WOODS))
    logs = "".join(box(18, y, 92, 8, wood, 4) + stroke(f"M18 {y + 8}h92", "#4d3320", 1) for y in range(64, 120, 8))
    return (
        box(84, 22, 12, 28, pen.one(STONES))
        + logs
        + path("M8 66L64 24L120 66z", roof, "#4d3320", 2)
        + box(54, 88, 20, 32, "#5c3b22")
        + box(28, 80, 18, 16, "#ffe08a")
        + box(82, 80, 18, 16, "#ffe08a")
    )


def barn(pen: Pen) -> str:
    wall = pen.one(("#c0342c", "#b23a2a", "#a3542f", "#8f2f28"))
    doors = (
        box(46, 78, 36, 44, "#f3efe6") + box(49, 81, 30, 41, wall) + stroke("M49 81l30 41M79 81l-30 41", "#f3efe6", 3)
    )
    silo = box(100, 44, 20, 78, "#b8bcc2") + path("M100 46q10-18 20 0z", "#8d939b") if pen.chance(0.5) else ""
    return (
        silo
        + path("M18 122V66L34 42L64 26L94 42L110 66V122z", wall)
        + path(
            "M12 68L32 38L64 20L96 38L116 68L110 71L92 45L64 29L36 45L18 71z",
            pen.one(("#5d5f66", "#77706a", "#8a8f98")),
        )
        + doors
        + box(55, 46, 18, 16, "#3a2a24")
    )


def stone_bridge(pen: Pen) -> str:
    stone, arches = pen.one(STONES), pen.whole(1, 3)
    wide = 108 / arches
    holes = "".join(
        f"M{10 + n * wide + 5} 104v-6a{wide / 2 - 5} {wide / 2 - 5 if arches > 1 else 34} 0 0 1 {wide - 10} 0v6z"
        for n in range(arches)
    )
    water = box(0, 104, 128, 16, "#5a9fd4") if pen.chance(0.6) else ""
    return (
        water
        + f'<path fill-rule="evenodd" fill="{stone}" d="M2 60q62 {-pen.between(8, 26)} 124 0v44H2z {holes}"/>'
        + stroke("M2 58q62 -18 124 0", "#7d7870", 4)
    )


def hanging_bridge(pen: Pen) -> str:
    colour = pen.one(("#c8452e", "#c8452e", "#5f7891", "#7d7f86"))
    ropes = "".join(
        stroke(
            f"M{x} {84}V{84 - 44 * ((x - 64) / 34) ** 2 if abs(x - 64) < 34 else 84 - max(0, 44 - abs(abs(x - 64) - 34) * 1.4)}",
            colour,
            1,
        )
        for x in range(8, 124, 7)
    )
    return (
        box(0, 96, 128, 20, "#4d8fc4")
        + stroke("M0 84L30 38Q64 128 98 38L128 84", colour, 3)
        + ropes
        + box(27, 26, 7, 84, colour)
        + box(95, 26, 7, 84, colour)
        + box(0, 82, 128, 7, colour)
    )


def tower(pen: Pen) -> str:
    stone = pen.one(STONES)
    roof = (
        path("M34 40L64 4L94 40z", pen.one(ROOFS))
        if pen.chance(0.6)
        else "".join(box(x, 26, 12, 16, stone) for x in (34, 58, 82))
    )
    return (
        roof
        + box(34, 38, 60, 14, stone)
        + box(40, 50, 48, 74, stone)
        + stroke("M40 66h48M40 84h48M40 102h48", "#8a857d", 1)
        + box(58, 60, 12, 18, DARK, 6)
        + path("M54 124v-14q10-14 20 0v14z", "#5c3b22")
    )


def clock_tower(pen: Pen) -> str:
    stone = pen.one((*STONES, *WALLS))
    hour = pen.between(0, 360)
    return (
        path("M50 30L64 2L78 30z", pen.one(ROOFS))
        + box(46, 28, 36, 34, stone)
        + ball(64, 45, 13, "#fbfaf2")
        + turned(hour, 64, 45, box(63, 35, 2, 11, DARK))
        + turned(hour * 12 % 360, 64, 45, box(63, 38, 2, 8, DARK))
        + box(50, 62, 28, 62, stone)
        + stroke("M57 66v54M64 66v54M71 66v54", "#8a857d", 2)
        + box(44, 60, 40, 4, "#77706a")
    )


def pagoda(pen: Pen) -> str:
    roof, wall, floors = pen.one(ROOFS), pen.one(("#c0392b", "#f0e2c4", "#8a5a34")), pen.whole(3, 4)
    body, y = "", 122.0
    for n in range(floors):
        half = 40 - 8 * n
        body += box(64 - half + 8, y - 18, 2 * half - 16, 18, wall) + box(60, y - 13, 8, 13, DARK)
        y -= 16
        body += path(f"M{64 - half - 8} {y}q10 -2 16 -10h{2 * half - 16}q6 8 16 10z", roof)
        y -= 8
    return body + box(62.5, y - 12, 3, 14, "#d9b44a")


def pyramid(pen: Pen) -> str:
    top, sand = pen.between(16, 34), pen.one(("#e3bd77", "#d8ae66", "#ecca8c"))
    small = path("M84 112L108 76L128 112z", "#cda05c") if pen.chance(0.5) else ""
    return (
        small
        + path(f"M8 112L60 {top}L112 112z", sand)
        + path(f"M60 {top}L112 112H78z", "#b98d4e")
        + stroke(f"M24 92h46M38 {72}h32M48 54h18", "#c49a58", 1)
    )


def skyscrapers(pen: Pen) -> str:
    body, x = "", 6
    while x < 112:
        wide, high, fill = (
            pen.whole(18, 28),
            pen.whole(50, 112),
            pen.one(("#6d7f96", "#8c9bb0", "#56677d", "#a3a7ad", "#4c6a8f")),
        )
        body += box(x, 124 - high, wide, high, fill)
        body += "".join(
            box(a, b, 4, 5, pen.one(("#ffe9a3", "#c9def0", "#3f5064")))
            for a in range(x + 3, x + wide - 5, 7)
            for b in range(130 - high, 118, 10)
        )
        x += wide
    return body


def temple_ruin(pen: Pen) -> str:
    stone = pen.one(("#e6dcc6", "#d6cab2", "#cfc6b8"))
    columns = "".join(box(x, pen.one(("46", "46", "70")), 10, 66, stone) for x in (18, 42, 66, 90))
    return columns + box(10, 110, 108, 8, stone) + box(4, 118, 120, 7, "#b5aa94") + path("M10 46h70l-6-10H20z", stone)


def well(pen: Pen) -> str:
    return (
        box(24, 40, 6, 56, pen.one(WOODS))
        + box(98, 40, 6, 56, pen.one(WOODS))
        + path("M12 44L64 12L116 44z", pen.one(ROOFS))
        + stroke("M64 40v30", "#7a5a3a", 2)
        + path("M56 70h16l-2 14H58z", "#8d8f96")
        + box(18, 86, 92, 38, pen.one(STONES), 4)
        + stroke("M18 98h92M18 110h92M40 86v12M66 98v12M88 110v14", "#77736c", 2)
    )


def pirate_ship(pen: Pen) -> str:
    sail = pen.one(("#f2ead8", "#2b2b30", "#c0392b", "#e6d8b8"))
    sails = path("M26 30q22 10 0 42h34q18-22 0-42z", sail) + path("M70 22q26 12 0 50h34q16-26 0-50z", sail)
    flag = path("M62 4l20 6l-20 8z", "#1f1f24") if pen.chance(0.6) else ""
    return (
        box(40, 20, 4, 70, "#5c3b22")
        + box(84, 12, 4, 78, "#5c3b22")
        + box(61, 4, 3, 84, "#5c3b22")
        + flag
        + sails
        + path("M6 78q14 10 30 8h58q16 0 28-16q2 30-22 46H34Q10 108 6 78z", pen.one(WOODS))
        + stroke("M14 96h98", "#d9b44a", 3)
    )


def spaceship(pen: Pen) -> str:
    hull, wing = pen.one(("#d5dae2", "#aeb6c2", "#e9ebef", "#7f8ba0")), pen.tint()
    flame = path("M10 58l-8 6l8 6z", "#ff9d2e") + path("M22 52L2 64L22 76z", "#ffcf4a")
    return (
        flame
        + path("M24 44Q84 30 122 64Q84 98 24 84q-8-20 0-40z", hull)
        + path("M34 46L18 18l34 20zM34 82l-16 28l34-20z", wing)
        + ball(86, 60, 14, "#7fc4ea", 10)
        + stroke("M34 64h30", wing, 5)
    )


def fence(pen: Pen) -> str:
    wood = pen.one((*WOODS, "#f4f2ec"))
    line = "#8a8378"
    return (
        box(4, 62, 120, 8, wood)
        + box(4, 92, 120, 8, wood)
        + "".join(path(f"M{x} 118V54l8-10l8 10v64z", wood, line, 1) for x in range(8, 116, 24))
    )


def treehouse(pen: Pen) -> str:
    leaf = pen.one(LEAVES)
    return (
        box(56, 74, 16, 52, pen.one(WOODS))
        + ball(34, 46, 26, leaf)
        + ball(92, 44, 28, leaf)
        + ball(64, 26, 26, leaf)
        + box(36, 48, 56, 34, pen.one(WOODS))
        + path("M30 50L64 26L98 50z", pen.one(ROOFS))
        + box(44, 56, 14, 14, "#ffe08a")
        + box(68, 58, 14, 24, "#4d3320")
        + stroke("M84 84l6 42M96 84l6 42M86 96h12M88 108h12", "#7a5230", 2)
    )


def greenhouse(pen: Pen) -> str:
    frame, leaf = pen.one(("#f4f4f0", "#7d8a80", "#4a5a50")), pen.one(LEAVES)
    plants = "".join(ball(x, 110 - pen.between(0, 14), 11, leaf) for x in (30, 50, 78, 98))
    return (
        path("M16 120V60L64 26L112 60V120z", "#d3ecf2")
        + plants
        + stroke("M16 120V60L64 26L112 60V120zM16 60h96M40 43v77M64 26v94M88 43v77", frame, 3)
    )


DRAWN = (windmill, lighthouse, cottage, log_cabin, barn, stone_bridge, hanging_bridge, tower, clock_tower, pagoda, pyramid,
         skyscrapers, temple_ruin, well, pirate_ship, spaceship, fence, treehouse, greenhouse)  # fmt: skip
