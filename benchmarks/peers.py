"""
How long do others take for the same single resolve, over ours?

Ours is `project.resolve(request)`; beside those that only lay one mapping over
another stands the bound merge, `inheritance`, too.  Each peer makes one new
mapping of the same params laid over the same project's, whatever else it does:
`MORE` says what that is.  Peers that are not installed (extra `bench`) are left
out.
"""

import copy
import importlib.util
import json
from collections.abc import Callable
from functools import reduce

from sizes import inputs
from timing import Row, ratios

from paramcore import Project, TaskRequest

#: What a peer does beside, or otherwise, than laying one object over another at the top level.
MORE = {
    "omegaconf": "merges deep, nodes with types and interpolation",
    "dynaconf": "loaders, casing and validators",
    "pydantic": "a model with a field for each param, checked",
    "pydantic_settings": "the same, and its sources of settings",
    "jsonmerge": "merges deep, by a schema",
    "deepmerge": "merges deep, into a copy",
    "mergedeep": "merges deep, into a copy",
    "json_merge_patch": "merges deep, null removes",
    "glom": "a spec, interpreted",
    "toolz": "the same",
    "cytoolz": "the same, in C",
    "deepcopy + update": "the same, over a copy",
}


def _peers(params: dict, task: dict) -> dict[str, Callable[[], object]]:
    there = {name for name in MORE if importlib.util.find_spec(name.split()[0])}
    peers: dict[str, Callable[[], object]] = {}
    if "omegaconf" in there:
        from omegaconf import OmegaConf

        base = OmegaConf.create(params)
        peers["omegaconf"] = lambda: OmegaConf.to_container(OmegaConf.merge(base, task))
    if "dynaconf" in there:
        from dynaconf import Dynaconf

        def dynaconf() -> object:
            settings = Dynaconf(**params)
            settings.update(task)
            return settings.as_dict()

        peers["dynaconf"] = dynaconf
    if "pydantic" in there:
        from pydantic import create_model

        names = dict.fromkeys({**params, **task}, (object, ...))
        model = create_model("Params", **names)
        peers["pydantic"] = lambda: model(**{**params, **task}).model_dump()
    if "pydantic_settings" in there:
        from pydantic import create_model
        from pydantic_settings import BaseSettings

        settings = create_model("Settings", __base__=BaseSettings, **dict.fromkeys({**params, **task}, (object, ...)))
        peers["pydantic_settings"] = lambda: settings(**{**params, **task}).model_dump()
    if "jsonmerge" in there:
        import jsonmerge

        peers["jsonmerge"] = lambda: jsonmerge.merge(params, task)
    if "deepmerge" in there:
        import deepmerge

        peers["deepmerge"] = lambda: deepmerge.always_merger.merge(copy.deepcopy(params), task)
    if "mergedeep" in there:
        import mergedeep

        peers["mergedeep"] = lambda: mergedeep.merge({}, params, task)
    if "json_merge_patch" in there:
        import json_merge_patch

        peers["json_merge_patch"] = lambda: json_merge_patch.merge(copy.deepcopy(params), task)
    if "glom" in there:
        import glom

        peers["glom"] = lambda: glom.glom([params, task], glom.Merge())
    if "toolz" in there:
        import toolz

        peers["toolz"] = lambda: toolz.merge(params, task)
    if "cytoolz" in there:
        import cytoolz

        peers["cytoolz"] = lambda: cytoolz.merge(params, task)

    def deepcopy_update() -> object:
        whole = copy.deepcopy(params)
        whole.update(task)
        return whole

    peers["deepcopy + update"] = deepcopy_update
    return peers


def _lowered(names: dict) -> dict:
    return {name.lower(): value for name, value in names.items()}


def rows() -> list[Row]:
    """Measure."""
    params, tasks = inputs("M")
    flat = {name: value for name, value in tasks[0].items() if not isinstance(value, (dict, list))}
    project, request = Project("benchmark", type="imageannotation", params=params), TaskRequest(flat)
    expected = reduce(lambda one, two: {**one, **two}, [params, flat])
    peers = _peers(params, flat)
    for name, peer in peers.items():
        found = json.loads(json.dumps(peer()))
        if name == "dynaconf":
            # It knows no upper case from lower.
            assert _lowered(found) == _lowered(expected)
        else:
            assert found == expected, name
    assert project.resolve(request).params == expected
    inheritance = project.inheritance()
    ours = {"ours": lambda: project.resolve(request), "inheritance": lambda: inheritance(flat)}
    measured = ratios({**ours, **peers}, rounds=11)
    found = [
        Row(f"{name} ({MORE[name]})", "times our resolve", ("M",), (measured[name],), (1.0,), more_is_better=True)
        for name in peers
    ]
    for name in ("toolz", "cytoolz"):
        if name in peers:
            value = measured[name] / measured["inheritance"]
            unit = "times our inheritance"
            found.append(Row(f"{name} ({MORE[name]})", unit, ("M",), (value,), (1.0,), more_is_better=True))
    return found


if __name__ == "__main__":
    print(*rows(), sep="\n")
