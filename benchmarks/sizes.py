"""The three sizes that every benchmark uses, made from a fixed seed: decoded JSON, not literals of this file."""

import json
import random

#: Params of the project, params of the task; half of the task's override the project's.
SIZES = {"S": (5, 3), "M": (15, 6), "L": (30, 10)}


def _value(chance: random.Random) -> object:
    words = ["forklift", "pallet", "person", "loaded", "empty", "cannot tell"]
    return chance.choice(
        [
            chance.randrange(1000),
            chance.random() < 0.5,
            " ".join(chance.choices(words, k=6)),
            {"objects_to_annotate": chance.sample(words, 3), "min_width": chance.randrange(50)},
            [{"field": chance.choice(words), "required": True}, {"field": chance.choice(words), "max": 5}],
        ]
    )


def inputs(size: str, *, tasks: int = 256, instruction: bool = False) -> tuple[dict, list[dict]]:
    """Return a project's params and different tasks' params."""
    wide, narrow = SIZES[size]
    chance = random.Random(f"{size} {instruction}")
    project = {f"param_{number}": _value(chance) for number in range(wide)}
    if instruction:
        project["instruction"] = "Box every forklift, and look twice where it is dark."
    shared = list(project)[: narrow // 2]
    own = [*shared, *(f"own_{number}" for number in range(narrow - len(shared) - instruction))]
    several = []
    for number in range(tasks):
        task = {name: _value(chance) for name in own}
        several.append({"instruction": f"Night image {number}.", **task} if instruction else task)
    return json.loads(json.dumps(project)), json.loads(json.dumps(several))
