"""The commands: each yields the pieces of its answer and returns its exit code."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.progress import shown_progress
from paramcore.cli.reading import BadLines, BadTask, Projects, read_tasks, request_overrides
from paramcore.errors import DocumentError
from paramcore.files.reader import Line
from paramcore.first_look import FirstLook
from paramcore.model.assumptions import ASSUMED_RULES, AssumedRule, Assumptions
from paramcore.model.effective import EffectiveParams
from paramcore.previews import Previews
from paramcore.text import format_value
from paramcore.validation.names import list_look_alikes

__all__ = ["assumptions", "explain", "preview"]


def preview(options: Namespace) -> Pieces:
    """Show the params that tasks will get."""
    if options.explain:
        return _each_task(options, *_explained)
    return _each_task(options, *_as_is, at_once=options.format == "json")


def explain(options: Namespace) -> Pieces:
    """Show why each param of a task has its value, losers included."""

    def explanations(effective: EffectiveParams) -> list[Any]:
        return [effective.explain(param) for param in options.params] or list(effective.explain_all())

    def as_text(effective: EffectiveParams) -> str:
        return "\n\n".join(str(one) for one in explanations(effective))

    def as_json(effective: EffectiveParams) -> Any:
        return {"project": effective.project.name, "explanations": [one.to_json() for one in explanations(effective)]}

    return _each_task(options, as_text, as_json)


def assumptions(options: Namespace) -> Pieces:
    """List what nothing documents: the rule assumed, its settings, and what speaks for it."""
    if options.format == "json":
        yield format_document([_rule_as_json(rule, options.assumptions) for rule in ASSUMED_RULES])
        return FINE
    for rule in ASSUMED_RULES:
        yield f"{rule.rule:<4} {rule.text}\n     basis: {rule.basis}\n"
        for name, value in _settings(rule, options.assumptions).items():
            default = getattr(Assumptions(), name)
            changed = "" if value == default else f"  (default: {format_value(default)})"
            yield f"     {name} = {format_value(value)}{changed}\n"
    return FINE


def _rule_as_json(rule: AssumedRule, chosen: Assumptions) -> dict[str, Any]:
    return {"rule": rule.rule, "text": rule.text, "basis": rule.basis, "settings": _settings(rule, chosen)}


def _settings(rule: AssumedRule, chosen: Assumptions) -> dict[str, str]:
    return {name: getattr(chosen, name) for name in rule.settings}


AsText: TypeAlias = Callable[[EffectiveParams], str]
AsJSON: TypeAlias = Callable[[EffectiveParams], Any]


def _explained_text(effective: EffectiveParams) -> str:
    blocks = [effective.headline, *map(str, effective.explain_all())]
    return "\n\n".join(blocks)


def _explained_json(effective: EffectiveParams) -> Any:
    return {**effective.to_json(), "explanations": [one.to_json() for one in effective.explain_all()]}


_as_is: tuple[AsText, AsJSON] = (str, EffectiveParams.to_json)
_explained: tuple[AsText, AsJSON] = (_explained_text, _explained_json)


def _each_task(options: Namespace, as_text: AsText, as_json: AsJSON, *, at_once: bool = False) -> Pieces:
    """Answer for each task in turn, in constant memory; bad lines are told at once and counted."""
    bad = BadLines(keep_going=options.keep_going)
    lines = options.lines or options.tasks.endswith(".jsonl")
    between = ""
    for answer in _resolved(options, at_once=at_once and lines):
        if isinstance(answer, str):
            yield answer + "\n"
        elif isinstance(answer, DocumentError):
            bad.tell(answer)
        elif options.format == "json":
            yield json.dumps(as_json(answer)) + "\n" if lines else format_document(as_json(answer))
        else:
            yield f"{between}{as_text(answer)}\n"
            between = "\n"
    bad.tell_count()
    return FINDINGS if bad.count else FINE


def _resolved(options: Namespace, *, at_once: bool) -> Iterator[str | EffectiveParams | DocumentError]:
    """Yield what each task will get; `at_once`, as the line of JSON that it comes to, wherever a first look is enough."""
    projects = Projects(options.project, options.assumptions)
    settings = request_overrides(options)
    first = _at_first_look(projects, settings) if at_once else None
    read = partial(read_tasks, options.tasks, lines=options.lines, settings=settings, first=first)
    for task in shown_progress(lambda on_read: read(on_read=on_read), options.tasks, prints=not options.output):
        if isinstance(task, str):
            yield task
        elif isinstance(task, BadTask):
            yield task.error
        else:
            try:
                yield task.resolved(projects)
            except DocumentError as error:
                yield error


def _at_first_look(projects: Projects, settings: Mapping[str, Any]) -> Callable[[Line], str | None]:
    # A name that is warned about (T14) needs a second look.
    first, previews = FirstLook(projects.of, settings, aside=list_look_alikes()), Previews()

    def known(line: Line) -> str | None:
        seen = first.at(line.data)
        return None if seen is None else previews.answer(*seen)

    return known
