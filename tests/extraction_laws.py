"""Check extractions against brute force, in many random cases: `python -m tests.extraction_laws CASES SEED`."""

import random
import sys

from paramcore import Assumptions, Extraction
from tests import naive_extraction as naive
from tests.properties.test_extracted import INSTRUCTIONS, NAME, NAMES, VALUES


def draw_case(chance: random.Random) -> tuple[dict[str, str], list[dict]]:
    """Draw settings and requests. A case has few different values, so requests often share a value."""
    chosen = {
        "instruction_separator": chance.choice(["\n", "\n", "\n\n", " ", ""]),
        "empty_instruction": chance.choice(["leave out", "join"]),
        "instruction_rule": chance.choice(["append", "append", "override"]),
    }
    names = NAMES[: chance.randint(1, len(NAMES))]
    values, texts = chance.sample(VALUES, 3), chance.sample(INSTRUCTIONS, chance.randint(1, 4))
    tasks = []
    for _ in range(chance.randint(0, 4)):
        task = {name: chance.choice(values) for name in names if chance.random() < 0.8}
        if chance.random() < 0.7:
            task["instruction"] = chance.choice(texts)
        tasks.append(dict(chance.sample(list(task.items()), len(task))))
    return chosen, tasks


def check_case(chosen: dict[str, str], tasks: list[dict], chance: random.Random) -> None:
    """Check the laws X1 to X4, X6, X7, X10 and X11, which `docs/semantics.md` states.

    For X6, X7 and X10, check only the params of the project, not the requests.
    """

    def extract(requests: list[dict]) -> Extraction:
        return Extraction.of(requests, name=NAME, type="imageannotation", assumptions=Assumptions(**chosen))

    extraction = extract(tasks)
    sent = list(extraction.requests(tasks))
    params = dict(extraction.params)
    for task, request in zip(tasks, sent, strict=True):
        assert naive.equal(dict(extraction.project.resolve(request).params), task)
        assert request.project == NAME
    assert extraction.minimal
    assert extraction.bytes_after == naive.total(params, tasks, chosen, NAME)
    assert extraction.bytes_after == naive.find_smallest(tasks, chosen, NAME)
    for moved in extraction.moved:
        fewer = {name: value for name, value in params.items() if name != moved.param}
        assert naive.total(fewer, tasks, chosen, NAME) > extraction.bytes_after
        assert moved.inherited + moved.cut >= 2
    assert not naive.STAYING & params.keys()
    shuffled = extract(chance.sample(tasks, len(tasks)))
    assert naive.dump(sorted(shuffled.params.items())) == naive.dump(sorted(params.items()))
    assert extract([dict(request.flat) for request in sent]).params == {}


def main(cases: str, seed: str) -> None:
    """Check random cases, and stop at the first case that fails."""
    chance = random.Random(int(seed))
    for number in range(int(cases)):
        chosen, tasks = draw_case(chance)
        try:
            check_case(chosen, tasks, chance)
        except AssertionError:
            sys.stderr.write(f"case {number}: {chosen} {tasks}\n")
            raise
    sys.stdout.write(f"{int(cases):,} cases, no failure\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
