"""Make projects, updates and task requests for the tests of pages. Many of the names and values are hostile."""

import json
import random

HOSTILE = [
    "<script>document.title = 'script ran'; fetch('https://example.com/')</script>",
    "<img src=x onerror=\"document.title='script ran'\">",
    "]]> --> */ </style></code></details></table><h1>not a heading",
    "\"double\" 'single' `back` {{ 7 * 7 }} {% raw %} &amp; &lt; &#0; \\u003c",
    "left\u202eright \u2066isolate\u2069 \u200f \u200b \ufeff",
    "w" * 10_000,
    "\U0001f469\u200d\U0001f3ed crate \U0001f4e6, שלום, مرحبا, 你好",
    "\u0000\u0001\u001b[31mred\u001b[0m\r\n\t\u2028\u0085 end",
    "javascript:alert(1)",
    "https://example.com/a.css",
    " spaces   around \n\n lines ",
    "",
]
NESTED = [
    {"box": {"objects_to_annotate": [{"name": text, "min": 1} for text in HOSTILE], "min_width": 10}},
    [[], {}, None, True, 1e300, -0.5, HOSTILE],
]
#: The instruction of a project. A version may replace one word of it.
PROSE = "Box every forklift and each pallet that it carries, also where people cover them. " * 6


def make_project(versions, params, *, hostile=True, seed=1, name="warehouse <b>boxes</b>"):
    """Return a project in which each version changes some params. With `hostile`, some new values are hostile."""
    chance = random.Random(seed)
    names = [f"param_{number:02}" for number in range(params - 7)]
    names += ["<script>", "a" * 200, "\u202eevil", "a/b~c", "'; rm -rf /", "-x", "instruction"]
    values = dict.fromkeys(names, 0)
    values["instruction"] = PROSE
    history = []
    for number in range(versions):
        for param in chance.sample(names, chance.randint(1, 4)):
            values[param] = _draw_value(chance, param, number) if hostile else _draw_plain_value(chance, param, number)
        if number % 9 == 5:
            values.pop(chance.choice(sorted(values)), None)
        created_at = f"2026-{1 + number // 28 % 12:02}-{1 + number % 28:02}T09:{number % 60:02}:00.000Z"
        history.append({"version": number, "created_at": created_at, **values})
    return {"type": "imageannotation", "name": name, "param_history": history}


def _draw_value(chance, param, number):
    if param == "instruction":
        words = PROSE.split()
        words[chance.randrange(len(words))] = chance.choice(HOSTILE[:5])
        return " ".join(words)
    return chance.choice([number, number / 8, None, True, chance.choice(HOSTILE), chance.choice(NESTED)])


def _draw_plain_value(chance, param, number):
    words = PROSE.split()
    words[chance.randrange(len(words))] = f"word{number}"
    box = {"objects_to_annotate": ["Forklift", "Pallet", f"Label {number}"], "min_width": number, "min_height": 10}
    return " ".join(words) if param == "instruction" else chance.choice([number, f"text {number}", None, {"box": box}])


def make_update(project):
    """Return a replace that drops most params, and sets `instruction` and `param_00` to other values."""
    latest = project["param_history"][-1]
    kept = list(latest)[2::4]
    update = {name: latest[name] for name in kept}
    update["instruction"] = PROSE.replace("forklift", "<i>truck</i>")
    update["param_00"] = {"box": {"objects_to_annotate": []}}
    return update


def make_tasks(project, count):
    """Return task requests: some override params, some are pinned, and some opt out."""
    tasks = []
    for number in range(count):
        task = {"attachment": f"https://example.com/{number}.jpg", "unique_id": f"task {number} {HOSTILE[number % 5]}"}
        task.update([{}, {"param_01": 7}, {"project_version": 1}, {"project_version": -1}][number % 4])
        tasks.append(task)
    return tasks


def write_json(path, value):
    path.write_text(json.dumps(value), "utf-8")
    return path


def write_lines(path, values):
    path.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")
    return path
