"""What the people of the emoji sets are called, as one types it: "a woman with red hair", "an old man".

It knows labels only.
"""

from __future__ import annotations

import re

LEFT_OUT = re.compile(
    r"^index|horse racing|hand|finger|thumb|fist|salute|gestur|facepalm|shrug|frown|pout|deaf|tipping|bowing"
    r"|massage|steamy|feeding"
    r"|levitating|skullcap|pregnant|breast|kiss|couple|speaking|bust|print|hug|limb|cane|handball|water polo|bunny ears"
    r"|wheelchair|wrestling|mx claus|genie|hairy|troll|kneeling|standing|: facing right|juggling|bed$|bath$|person$"
)
PARTS = frozenset({
    "nail polish", "selfie", "flexed biceps", "mechanical arm", "mechanical leg", "leg", "foot", "ear", "nose",
    "ear with hearing aid", "brain", "anatomical heart", "lungs", "tooth", "bone", "eyes", "eye", "tongue", "mouth",
    "biting lip", "palms up together", "raising hands", "sign of the horns",
})  # fmt: skip
"""What is drawn of people, and nobody."""
HAIR = re.compile(r"^(person|man|woman): (.+) hair$")
RENAMED = {
    "older person": "old person", "man: bald": "bald man", "woman: bald": "bald woman",
    "man: beard": "man with a beard",
    "person with crown": "king", "guard": "royal guard", "health worker": "doctor", "cook": "chef",
    "technologist": "programmer", "mage": "wizard", "man mage": "wizard", "woman mage": "witch",
    "woman dancing": "dancing woman", "man dancing": "dancing man", "person taking bath": "person in a bath",
    "people holding hands": "two people holding hands", "women holding hands": "two women holding hands",
    "men holding hands": "two men holding hands", "woman and man holding hands": "man and woman holding hands",
    "santa claus": "santa claus", "mrs. claus": "mrs. claus", "merman": "merman", "person with veil": "bride",
    "woman with veil": "bride", "person in lotus position": "person meditating", "baby angel": "angel",
    "man in lotus position": "man meditating", "woman in lotus position": "woman meditating",
    "woman with headscarf": "woman with a headscarf", "man in tuxedo": "man in a suit",
    "woman in tuxedo": "woman in a suit",
}  # fmt: skip
BASIC = ("man", "woman", "boy", "girl", "baby", "old man", "old woman", "man with a beard", "woman with blond hair",
         "woman with red hair", "man with blond hair", "man with curly hair", "woman with curly hair")  # fmt: skip
"""Who is asked for most."""
JOBS = {"health worker": "doctor", "cook": "chef", "technologist": "programmer"}


def person_named(label: str) -> str | None:
    """The name of who is drawn, without an article; None for hands, parts, gestures and what nobody asks for."""
    label = label.lower()
    if label in RENAMED:
        return RENAMED[label]
    if label in PARTS or LEFT_OUT.search(label) or label.startswith(("family:", "person:", "woman: beard")):
        return None
    hair = HAIR.match(label)
    if hair:
        return f"{hair[1]} with {hair[2]} hair"
    who, _, job = label.partition(" ")
    if who in ("man", "woman") and job in JOBS:
        return f"{who} {JOBS[job]}"
    return label
