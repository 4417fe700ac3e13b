"""Preview JSONL with a loop that a user might write: `python loop.py json|orjson PROJECT TASKS`.

The loop removes the routing names, finds the version, merges the params and appends
the instruction.  For the tasks of the benchmarks, it writes the same objects as
`paramcore preview --format json`.  It does not validate the lines.
"""

import json
import sys

import orjson

ROUTING = ("project", "project_version", "batch", "unique_id", "clear_unique_id_on_error")


def preview_lines(project, lines, loads, dumps):
    name = project["name"]
    versions = [
        {param: value for param, value in version.items() if param not in ("version", "created_at")}
        for version in project["param_history"]
    ]
    for number, line in enumerate(lines, 1):
        params = loads(line)
        routing = {key: params.pop(key) for key in ROUTING if key in params}
        pin = routing.get("project_version")
        version = len(versions) - 1 if pin is None else pin
        inherited = {} if version == -1 else versions[version]
        merged = {**inherited, **params}
        own, appended = params.get("instruction"), inherited.get("instruction")
        if own and appended:
            merged["instruction"] = f"{own}\n{appended}"
        answer = {
            "line": number,
            "unique_id": routing.get("unique_id"),
            "project": name,
            "params": merged,
            "inherited_version": None if version == -1 else version,
            "project_param_version": version,
            "rests_on": (["T5"] if own and appended else []) + (["T8"] if pin is not None else []),
        }
        yield dumps(answer)


if __name__ == "__main__":
    codec, project_path, tasks_path = sys.argv[1:]
    with open(project_path) as file:
        project = json.load(file)
    if codec == "json":
        with open(tasks_path) as lines:
            for answer in preview_lines(project, lines, json.loads, json.dumps):
                sys.stdout.write(answer + "\n")
    else:
        with open(tasks_path, "rb") as lines:
            for answer in preview_lines(project, lines, orjson.loads, orjson.dumps):
                sys.stdout.buffer.write(answer + b"\n")
