"""Make the inputs that every benchmark uses: decoded JSON of three sizes, from a fixed seed.

| size | project's params / JSON bytes | task's params / JSON bytes | effective params |
|---|---|---|---|
| S | 5 / 412 | 3 / 98 | 7 |
| M | 15 / 1,448 | 6 / 380 | 18 |
| L | 30 / 2,713 | 10 / 606 | 35 |

Half of a task's params override the project's.
"""

import json
import os
import random
from typing import Any

#: Lines of the longest file.
LINES = int(os.environ.get("LINES", "1000000"))
#: Requests, results and lines of the shorter files.
FEWER_LINES = min(LINES, 100_000)

SIZES = {"S": (5, 3), "M": (15, 6), "L": (30, 10)}
BYTES = {"S": (412, 98), "M": (1_448, 380), "L": (2_713, 606)}

_WORDS = ("forklift", "pallet", "person", "loaded", "empty", "dark", "aisle", "north", "hidden", "cannot tell")

#: Params of an image project, the commonest first, then names that only its owner uses.
_HELD = {
    "geometries": {"box": {"objects_to_annotate": ["forklift", "pallet"], "min_width": 10, "min_height": 10}},
    "padding": 20,
    "with_labels": True,
    "callback_url": "https://hooks.example.com/done",
    "annotation_attributes": {
        "loaded": {"type": "category", "description": "Is it loaded?", "choices": ["loaded", "empty", "cannot tell"]}
    },
    "metadata": {"site": "north", "batch": 12, "sampled": False},
    "tags": ["warehouse", "night"],
    "priority": 10,
    "urgency": "standard",
    "attachment_type": "image",
    "links": {"carries": {"is_bidirectional": False, "from_allowed_labels": ["forklift"]}},
    "can_add_base_annotations": True,
    "can_edit_base_annotations": True,
    "can_edit_base_annotation_labels": False,
    "can_delete_base_annotations": False,
    **{
        f"site_rule_{number}": {"zone": f"aisle {number}", "after": 18, "strict": number % 2 == 0}
        for number in range(15)
    },
}
_OVERRIDDEN = ("padding", "metadata", "tags", "priority", "urgency")
_OWN = ("attachment", "paddingX", "context_attachments", "paddingY", "base_annotations")


def _value(name: str, chance: random.Random) -> Any:
    image = f"https://example.com/cam{chance.randrange(9)}/{chance.randrange(10**8):08}.jpg"
    return {
        "instruction": f"Night image {chance.randrange(10**4)}.",
        "attachment": image,
        "context_attachments": [{"attachment": image.replace(".jpg", "_rear.jpg")}],
        "metadata": {"camera": chance.randrange(9), "note": ""},
        "tags": chance.sample(_WORDS, 2),
        "urgency": chance.choice(["standard", "immediate"]),
        "base_annotations": {"annotations": []},
    }.get(name, chance.randrange(100))


def _filled(params: dict, holder: dict, name: str, size: int, chance: random.Random) -> dict:
    """Lengthen the text `name` of `holder`, a part of `params`, until `params` have `size` bytes as JSON."""
    missing = size - len(json.dumps(params))
    words = " ".join(chance.choices(_WORDS, k=max(0, missing) // 4 + 1))
    holder[name] += words[:missing] if missing > 0 else ""
    return json.loads(json.dumps(params))


def inputs(size: str, *, tasks: int = 256, instruction: bool = False) -> tuple[dict, list[dict]]:
    """Return the params of a project and of so many tasks."""
    wide, narrow = SIZES[size]
    chance = random.Random(f"{size} {instruction}")
    project = json.loads(json.dumps(dict(list(_HELD.items())[:wide])))
    overridden, own = list(_OVERRIDDEN[: narrow // 2]), list(_OWN[: narrow - narrow // 2])
    if instruction:
        # The instruction takes the place of another param, so the number of params stays the same.
        del project["callback_url"]
        project["instruction"] = "Box every forklift, and look twice where it is dark."
        overridden[0] = "instruction"
    attributes = project["annotation_attributes"]
    while BYTES[size][0] - len(json.dumps(project)) > 150:
        word = chance.choice(_WORDS)
        choices = chance.sample(_WORDS, 3)
        question = {"type": "category", "description": f"Is it {word}?", "choices": choices}
        attributes[f"{word}_{len(attributes)}"] = question
    requests = []
    for _ in range(tasks):
        task = {name: _value(name, chance) for name in (*overridden, *own)}
        holder, text = (task["metadata"], "note") if "metadata" in task else (task, "attachment")
        requests.append(_filled(task, holder, text, BYTES[size][1], chance))
    return _filled(project, attributes["loaded"], "description", BYTES[size][0], chance), requests
