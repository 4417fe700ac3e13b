"""Make the inputs that the benchmarks share: decoded JSON of three sizes, from a fixed seed.

At most half of a task's params are also params of the project.
"""

import json
import os
import random

#: The number of lines in the longest file.
LINES = int(os.environ.get("LINES", "1000000"))
#: The number of lines in a file of medium length. Measurements of the library use at most as many requests.
FEWER_LINES = min(LINES, 100_000)

#: For each size: the number of params of a project, the approximate bytes of their JSON, and both numbers for a task.
SIZES = {"S": (5, 412, 3, 98), "M": (15, 1_448, 6, 380), "L": (30, 2_713, 10, 606)}

WORDS = ("forklift", "pallet", "person", "loaded", "empty", "dark", "aisle", "north", "hidden", "cannot tell")
ATTRIBUTE = {"type": "category", "description": "Is it loaded?", "choices": ["loaded", "empty", "cannot tell"]}

#: Params of an image project: first common params of the API, and then params that the owner of the project invented.
PROJECT = {
    "geometries": {"box": {"objects_to_annotate": ["forklift", "pallet"], "min_width": 10, "min_height": 10}},
    "padding": 20,
    "with_labels": True,
    "callback_url": "https://hooks.example.com/done",
    "annotation_attributes": {},
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
    **{f"site_rule_{n}": {"zone": f"aisle {n}", "after": 18, "strict": n % 2 == 0} for n in range(15)},
}


def make_task(chance: random.Random, count: int, size: int, *, instruction: bool) -> dict:
    """Return a task with `count` params and about `size` bytes of JSON."""
    image = f"https://example.com/cam{chance.randrange(9)}/{chance.randrange(10**8):08}"
    overridden = {
        **({"instruction": f"Night image {chance.randrange(10**4)}."} if instruction else {"padding": 7}),
        "metadata": {"camera": chance.randrange(9), "note": ""},
        "tags": chance.sample(WORDS, 2),
        "priority": chance.randrange(100),
        "urgency": chance.choice(["standard", "immediate"]),
    }
    own = {
        "attachment": f"{image}.jpg",
        "paddingX": chance.randrange(100),
        "context_attachments": [{"attachment": f"{image}_rear.jpg"}],
        "paddingY": chance.randrange(100),
        "base_annotations": {"annotations": []},
    }
    task = dict([*list(overridden.items())[: count // 2], *list(own.items())[: count - count // 2]])
    missing = size - len(json.dumps(task))
    if "metadata" in task and missing > 0:
        task["metadata"]["note"] = " ".join(chance.choices(WORDS, k=missing))[:missing]
    return task


def inputs(size: str, *, tasks: int = 256, instruction: bool = False) -> tuple[dict, list[dict]]:
    """Return the params of a project and of `tasks` tasks.

    With `instruction`, the project and each task have an instruction instead of another param.
    """
    wide, project_size, narrow, task_size = SIZES[size]
    chance = random.Random(f"{size} {instruction}")
    attributes = {"loaded": ATTRIBUTE}
    project = {**dict(list(PROJECT.items())[:wide]), "annotation_attributes": attributes}
    if instruction:
        del project["callback_url"]
        project["instruction"] = "Box every forklift, and look twice where it is dark."
    while len(json.dumps(project)) < project_size - 100:
        word = chance.choice(WORDS)
        attributes[f"{word}_{len(attributes)}"] = {**ATTRIBUTE, "choices": chance.sample(WORDS, 3)}
    requests = [make_task(chance, narrow, task_size, instruction=instruction) for _ in range(tasks)]
    # The dicts above share their name strings, and `project` may have a deleted entry. Both would change the time of a
    # bare merge, so return decoded copies.
    return json.loads(json.dumps(project)), [json.loads(json.dumps(request)) for request in requests]
