"""Shorten the requests of a command line, and count the omitted params."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from types import EllipsisType
from typing import Any, NamedTuple

from attrs import define, field

from paramcore.analysis import Block, Choice, Chooser, RuleFinder
from paramcore.analysis.slim_choice import LABEL_WIDTH, Version
from paramcore.bulk import RoutedRequest
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.requests import make_version_error
from paramcore.errors import NoSuchVersion, ParamcoreError
from paramcore.files.codec import Codec, choose_codec
from paramcore.files.reader import Line
from paramcore.model import ROUTING_NAMES, Project
from paramcore.report.document import Rank
from paramcore.report.inverses import Total
from paramcore.report.verdicts import Phrase, UserText
from paramcore.text import MESSAGE_LIMIT, format_count, format_name, format_value, join_message
from paramcore.text.rows import Label, Piece, Row, Table
from paramcore.validation.lint import repeats_instruction
from paramcore.values import same

#: The maximum number of line numbers that a summary shows for each reason to opt out.
_EXAMPLES = 4

#: What may happen to a request, in the order of the summary.  `--pin` and `--to` may make a request longer.
EFFECTS = ("shorter", "as short as before", "longer", "opted out", "must opt out")


class SlimLine(NamedTuple):
    """A request of the command line, and the request to send in its place."""

    source: RoutedRequest
    project: Project
    choice: Choice
    #: The request to send, in the API's flat form.
    flat: Mapping[str, Any]
    #: The request to send, as compact JSON in UTF-8.
    body: bytes
    #: The size of the given request in bytes, as compact JSON of its flat form.
    size_before: int
    #: Whether both requests have the same params and routing names, with the same values.
    is_same: bool
    #: The sorted ids of the assumed rules that the params depend on.
    rests_on: tuple[str, ...]
    #: Whether the task gets the project's instruction twice.
    repeats_instruction: bool

    @property
    def effect(self) -> str:
        """One of `EFFECTS`."""
        if self.choice.blocked:
            return "must opt out" if self.choice.fell_back else "opted out"
        if len(self.body) < self.size_before:
            return "shorter"
        return "as short as before" if len(self.body) == self.size_before else "longer"

    def find_unchanged_line(self) -> bytes | None:
        """Return the given line of JSONL if it can be sent unchanged; otherwise, `None`."""
        source = self.source.source
        if not isinstance(source, Line) or not self.is_same:
            return None
        # `flat` omits each routing name whose value is null, and `is_same` may not notice this difference.  So decode a
        # line with a null again, and compare the whole request.
        has_null = b"null" in source.data and not same(source.document().value, self.flat)
        return None if has_null else source.data

    def as_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys of `SlimRequest.to_json`, and with the sizes in bytes."""
        return {
            "request": self.flat,
            **self.choice.list_members(),
            "rests_on": self.rests_on,
            "bytes_before": self.size_before,
            "bytes_after": len(self.body),
        }


class LineSlimmer:
    """Shortens the requests of a command line.

    With `is_wanted`, the given requests contain effective params.  With `pins`, the
    requests to send name the version that they inherit.

    Raises:
        DocumentError: `version_unknown`, if `version` does not exist in one of the projects.
    """

    def __init__(
        self,
        projects: ProjectFiles,
        version: Version | EllipsisType,
        *,
        is_wanted: bool,
        pins: bool,
        codec: Codec | None = None,
    ) -> None:
        self._is_wanted = is_wanted
        self._pins = pins
        self._encode = (codec or choose_codec()).encode
        self._rules = {project.name: RuleFinder(project) for project in projects}
        self._choosers: dict[str, Chooser] = {}
        for project in projects:
            try:
                self._choosers[project.name] = Chooser(project, version)
            except NoSuchVersion as error:
                name = format_value(project.name, limit=MESSAGE_LIMIT)
                raise make_version_error(error, "--to", f"{name}: ") from None

    def slim(self, request: RoutedRequest) -> SlimLine:
        """Shorten a request.

        Raises:
            DocumentError: `argument_type`, if both the wanted params and `--to` select a
                version.  Also the codes of the errors of `Chooser.choose`.
        """
        params, _routing, route, _source = request
        own_version = route.request.project_version
        chooser = self._choosers[route.project.name]
        try:
            if self._is_wanted:
                chooser.check_version(own_version)
            # Keep the order of the request's own params.
            wanted = params if self._is_wanted else {**params, **route.inheritance.merge(params)}
            choice = chooser.choose(wanted, own_version)
        except ParamcoreError as error:
            raise request.read_document().locate_error(error) from None
        if self._pins:
            choice = choice.pin()
        before = _make_flat(request, own_version, params)
        flat = _make_flat(request, choice.project_version, choice.own.params)
        return SlimLine(
            request,
            route.project,
            choice,
            flat,
            self._encode(flat),
            len(self._encode(before)),
            # `==` cannot confuse 1 with True here: only the version and the instruction can differ between both flat forms.
            flat == before,
            self._rules[route.project.name].find(choice),
            not self._is_wanted and repeats_instruction(params, route.inheritance),
        )


def _make_flat(request: RoutedRequest, version: int | None, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request with these params in the API's flat form; omit each routing name whose value is null."""
    routing = {**request.routing, "project_version": version}
    given = {name: routing[name] for name in ROUTING_NAMES if routing.get(name) is not None}
    return {**given, **params}


@define
class SlimSummary:
    """The counts of requests, and the first line numbers for each reason to opt out."""

    #: Whether the given requests contain the wanted params.
    is_wanted: bool = False
    requests: int = 0
    #: The number of requests with each effect of `EFFECTS`.
    effects: Counter[str] = field(factory=Counter)
    size_before: int = 0
    size_after: int = 0
    dropped: Counter[str] = field(factory=Counter)
    respelled: Counter[str] = field(factory=Counter)
    cut: int = 0
    rests_on: set[str] = field(factory=set)
    #: The version that must stay the latest, by the name of the project.
    exact_while: dict[str, int] = field(factory=dict)
    _blocked: dict[Block, list[int]] = field(factory=dict)
    _blocked_counts: Counter[Block] = field(factory=Counter)

    def add(self, line: SlimLine) -> None:
        """Count a request."""
        own = line.choice.own
        self.requests += 1
        self.effects[line.effect] += 1
        self.size_before += line.size_before
        self.size_after += len(line.body)
        self.dropped.update(own.dropped)
        self.respelled.update(own.respelled)
        self.cut += own.cut is not None
        self.rests_on.update(line.rests_on)
        if line.choice.exact_while is not None:
            self.exact_while[line.project.name] = line.choice.exact_while
        for block in line.choice.blocked:
            self._blocked_counts[block] += 1
            if self._blocked_counts[block] <= _EXAMPLES:
                self._blocked.setdefault(block, []).append(line.source.line)

    @property
    def shorter(self) -> int:
        """The number of requests that can be shorter."""
        return self.effects["shorter"]

    @property
    def fell_back(self) -> int:
        """The number of requests that must opt out."""
        return self.effects["must opt out"]

    def list_totals(self) -> Iterator[Total]:
        """Yield a total for each inherited param, for appended instructions, and for each reason to opt out."""
        for name, count in self.dropped.items():
            spelled = f", {self.respelled[name]:,} spelled differently" if self.respelled[name] else ""
            yield Total("inherited", name, f"{format_count(count, 'request')}{spelled}")
        if self.cut:
            yield Total("appended", "instruction", format_count(self.cut, "request"))
        for block, count in self._blocked_counts.items():
            label = "opted out" if block.code == "opted_out" else "impossible"
            lines = ", ".join(map(str, self._blocked[block])) + (", ..." if count > _EXAMPLES else "")
            where = f"{format_count(count, 'request')} (line{'s' if count > 1 else ''} {lines})"
            yield Total(label, block.param, f"{block.reason}: {where}", Rank.ERRORS)

    def list_pieces(self) -> list[Piece]:
        """Return the totals as rows."""
        rows = [
            Row((Label(label),), text=text if param is None else f"{format_name(param)}: {text}")
            for label, param, text, _rank in self.list_totals()
        ]
        return [Table.of(rows, (LABEL_WIDTH,))] if rows else []

    def list_notes(self, *, names_projects: bool) -> Iterator[Phrase]:
        """Yield the counts, then the versions that must stay the latest, then the assumed rules."""
        shown = ", ".join(f"{self.effects[effect]:,} {effect}" for effect in EFFECTS if self.effects[effect])
        sizes = f"{self.size_before:,} -> {self.size_after:,} bytes"
        requests = format_count(self.requests, "request")
        effect = "each gets the wanted params" if self.is_wanted else "each still gets the same params"
        yield (f"{requests}: {shown}; {sizes}; {effect}" if shown else requests,)
        for name, version in self.exact_while.items():
            of_project: Phrase = (" of ", UserText(name)) if names_projects else ()
            advice = "is the latest; pass --pin to keep this version"
            yield f"exact while version {version}", *of_project, f" {advice}"
        if self.rests_on:
            yield (join_message(f"rests on {', '.join(sorted(self.rests_on))}", "see `paramcore assumptions`"),)
