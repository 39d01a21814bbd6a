"""Which of the drawn subjects carry the training: the core that the report measures, and the most common of it.

It knows drawings by their names only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from training.drawings import ALIKE, Drawing

COMMON = (
    # the ten that a stranger must recognise
    "cat", "dog", "apple", "rose", "car", "house", "boat", "fish", "tree", "pizza",
    # animals
    "horse", "cow", "pig", "rabbit", "sheep", "goat", "panda", "lion", "tiger", "bear", "fox", "wolf", "elephant",
    "monkey", "mouse", "koala", "frog", "chicken", "rooster", "bird", "penguin", "owl", "duck", "eagle", "parrot",
    "flamingo", "tropical fish", "whale", "dolphin", "shark", "octopus", "crab", "turtle", "crocodile", "snake",
    "snail", "butterfly", "bee", "ladybug", "spider", "dinosaur", "dragon", "unicorn", "giraffe", "zebra", "kangaroo",
    "hedgehog",
    # plants
    "tulip", "sunflower", "cherry blossom", "pine tree", "palm tree", "cactus", "mushroom", "maple leaf",
    # food
    "green apple", "banana", "lemon", "orange", "grapes", "strawberry", "cherries", "watermelon", "pineapple", "peach",
    "pear", "tomato", "carrot", "avocado", "broccoli", "corn", "loaf of bread", "croissant", "cheese", "hamburger",
    "hot dog", "taco", "french fries", "popcorn", "cookie", "cake", "cupcake", "donut", "ice cream", "lollipop",
    "cup of coffee", "cup of tea", "beer", "glass of wine", "sushi", "egg",
    # buildings and places
    "castle", "church", "skyscraper", "tent", "eiffel tower", "statue of liberty", "mountain", "volcano",
    # vehicles
    "taxi", "bus", "truck", "fire truck", "police car", "train", "bicycle", "motorcycle", "airplane", "helicopter",
    "rocket", "ship", "tractor", "ufo",
    # everything else
    "robot", "alien", "ghost", "snowman", "sun", "moon", "star", "rainbow", "cloud", "fire", "umbrella", "guitar",
    "violin", "drum", "trumpet", "piano", "crown", "diamond", "light bulb", "book", "camera", "laptop", "alarm clock",
    "key", "soccer ball", "basketball", "balloon", "teddy bear", "gift", "christmas tree", "heart", "chair", "top hat",
    "shoe", "watch", "phone", "television",
)  # fmt: skip
"""What people type most; `common` keeps those that are drawn."""

LEFT_OUT = re.compile(r" face$|from the front|facing|oncoming|sun behind|sun with|cloud with|(closed|open) mailbox")
"""Second poses of subjects that the core has already, and what one would not type."""
GROUPS = frozenset({"animals", "plants", "food", "buildings", "places", "vehicles", "creatures", "objects"})
UNTYPED = frozenset({
    "adhesive bandage", "admission tickets", "aerial tramway", "airplane arrival", "airplane departure",
    "alembic", "amphora", "antique clock", "auto rickshaw", "baby bottle", "badminton racket", "balance scale",
    "ballot box with ballot", "bank", "barber pole", "beating heart", "bento box", "beverage box",
    "black heart", "black nib", "blue book", "blue heart", "bookmark", "bookmark tabs", "bowl with spoon",
    "brick", "bridge at night", "briefs", "broken chain", "broken heart", "brown heart", "brown mushroom",
    "bubbles", "bus stop", "camera with flash", "camping", "canned food", "card file box", "card index",
    "card index dividers", "carp streamer", "cd", "chains", "cigarette", "city skyline", "cityscape at dusk",
    "clamp", "clapper board", "clinking glasses", "closed umbrella", "clutch bag", "coffin", "computer disk",
    "computer mouse", "confetti ball", "control knobs", "convenience store", "cricket game", "crutch",
    "curling stone", "curry rice", "custard", "dango", "department store", "desert", "desk bell", "diving mask",
    "diya lamp", "dna", "drop of blood", "dvd", "electric plug", "elevator", "empty nest", "fast train",
    "fax machine", "field hockey", "file cabinet", "file folder", "film frames", "film projector",
    "fire extinguisher", "first quarter moon", "fish cake with swirl", "flat shoe", "flatbread", "floppy disk",
    "flying disc", "fog", "foggy", "folded newspaper", "folding hand fan", "fondue",
    "fork and knife with plate", "fried shrimp", "fuel pump", "full moon", "funeral urn",
    "globe with meridians", "glowing star", "goal net", "goggles", "green book", "green heart", "grey heart",
    "growing heart", "guide dog", "hair pick", "hammer and pick", "hammer and wrench", "hamsa", "headstone",
    "heart decoration", "heart exclamation", "heart on fire", "heart with arrow", "heart with ribbon", "herb",
    "hindu temple", "hot springs", "hyacinth", "ice hockey", "incoming envelope", "japanese dolls",
    "japanese post office", "kaaba", "kick scooter", "lab coat", "label", "lacrosse", "landslide",
    "last quarter moon", "leaf fluttering in wind", "leather shoe", "ledger", "level slider", "life ring",
    "light blue heart", "light rail", "link", "linked paperclips", "long drum", "lotion bottle", "love hotel",
    "low battery", "manual wheelchair", "map of japan", "martial arts uniform", "mate", "memo", "mending heart",
    "microbe", "military medal", "milky way", "minibus", "mobile phone with arrow", "money with wings",
    "moon cake", "moon viewing ceremony", "motorized wheelchair", "motorway", "mountain cableway",
    "mountain railway", "mouse trap", "musical score", "national park", "nazar amulet", "new moon",
    "night with stars", "notebook with decorative cover", "nut and bolt", "oden", "oil drum", "old key",
    "one-humped camel", "open file folder", "orange book", "orange heart", "paella", "page with curl", "pager",
    "paperclip", "petri dish", "pig nose", "pine decoration", "pink heart", "plunger", "postal horn", "postbox",
    "pouring liquid", "prayer beads", "purple heart", "pushpin", "railway car", "railway track", "razor",
    "receipt", "red envelope", "red paper lantern", "reminder ribbon", "revolving hearts", "rice ball",
    "rice cracker", "roasted sweet potato", "root vegetable", "rosette", "round pushpin", "ruined house",
    "safety pin", "safety vest", "sake", "sari", "satellite antenna", "seat", "service dog", "sewing needle",
    "shamrock", "shaved ice", "shinto shrine", "slot machine", "small plane", "softball", "space invader",
    "sparkler", "sparkles", "sparkling heart", "spiral", "spiral calendar", "spiral notepad", "sports medal",
    "station", "stethoscope", "straight ruler", "studio microphone", "stuffed flatbread", "sunrise",
    "sunrise over mountains", "sunset", "suspension railway", "table tennis racket", "takeout box", "tamale",
    "tanabata tree", "tank top", "tear-off calendar", "telephone receiver", "ticket", "timer clock",
    "toilet paper", "trackball", "tram car", "triangular ruler", "trolleybus", "tumbler glass", "two beers",
    "two hearts", "umbrella on ground", "umbrella with rain drops", "unlocked", "videocassette",
    "waning crescent moon", "waning gibbous moon", "water pistol", "waxing crescent moon",
    "waxing gibbous moon", "wedding", "wheel", "white cane", "white flower", "white heart",
    "wide traffic light", "wilted flower", "wind chime", "woman's boot", "woman's clothes", "woman's sandal",
    "wood", "x-ray", "yellow heart",
})  # fmt: skip
"""What is drawn but seldom asked for, or looks like a subject of the core ("blue heart", "old key", "full moon")."""


def core(drawings: Sequence[Drawing]) -> list[str]:
    """The subjects that at least two of the look-alike sets draw and that people type, in alphabetical order."""
    sets: dict[str, set[str]] = {}
    for drawing in drawings:
        if drawing.source in ALIKE and drawing.group in GROUPS:
            sets.setdefault(drawing.subject, set()).add(drawing.source)
    return sorted(
        name for name, drawn in sets.items() if len(drawn) >= 2 and name not in UNTYPED and not LEFT_OUT.search(name)
    )


def common(drawings: Sequence[Drawing]) -> list[str]:
    """Those of `COMMON` that are core subjects, in its order."""
    drawn = set(core(drawings))
    return [name for name in COMMON if name in drawn]
