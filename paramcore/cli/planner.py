"""Plan and validate the update that the command line names."""

from __future__ import annotations

from argparse import Namespace

from attrs import frozen

from paramcore.analysis import Plan
from paramcore.cli.located_finding import UpdateLocation, locate_finding
from paramcore.cli.output import exit_with_usage
from paramcore.cli.params import ParamsFile, UpdateFile, read_params, read_update_file
from paramcore.cli.pyproject import read_ignored_codes
from paramcore.cli.schemas import read_schemas
from paramcore.files.document import Document
from paramcore.model import Project
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator


@frozen
class Planner:
    """Plans UPDATE for a project, or the smallest update for `--wanted`."""

    _source: UpdateFile | ParamsFile
    _is_patch: bool
    _schemas: Schemas
    _ignored: frozenset[str]
    _shows_values: bool

    @classmethod
    def read(cls, options: Namespace) -> Planner:
        """Read the files that the options name."""
        if (options.update is None) == (options.wanted is None):
            exit_with_usage("pass either UPDATE or --wanted FILE[@N]")
        source: UpdateFile | ParamsFile
        if options.wanted is None:
            source = read_update_file(options.update, patch=options.patch)
        else:
            source = read_params(options.wanted)
        return cls(
            source, options.patch, read_schemas(options.schema), read_ignored_codes(options.ignore), options.values
        )

    def plan(self, project: Project, location: tuple[Document, str] | None = None) -> Plan:
        """Plan the update of a project.

        `location` is a pair: the document that contains the project, and the JSON Pointer
        of the project.  `location` is `None` if the project was not read from a file.
        """
        plan = self._plan_update(project)
        if plan.update is None:
            return plan
        update_location = UpdateLocation.of(project, plan.update, self._source)
        return plan.with_findings(
            locate_finding(
                finding if self._shows_values else finding.without_values(),
                project.name,
                None,
                location,
                update_location,
            )
            for finding in Validator(project, self._schemas).update(plan.update)
            if finding.code not in self._ignored
        )

    @property
    def how_to_keep(self) -> str:
        """How to keep the params that the update drops."""
        # The file of `--wanted` contains params or a project, not an update, so it cannot contain `patch`.
        if not isinstance(self._source, UpdateFile):
            return "pass `--patch`"
        # `plan --patch` changes only the plan, so the option helps only with `apply`.
        return 'write `"patch": true` in the update (with `apply`: pass `--patch`)'

    def locate(self, pointer: str) -> tuple[str, int, int]:
        """Return the file, line and column of a value in the update.

        If the value is missing, locate the innermost existing value around it.
        """
        position = self._source.document.locate(self._source.pointer + pointer)
        return self._source.document.source, position.line, position.column

    def _plan_update(self, project: Project) -> Plan:
        if isinstance(self._source, UpdateFile):
            return Plan.of(project, self._source.update)
        with self._source.document.locate_errors():
            plan = Plan.to(project, self._source.params)
        if not (self._is_patch and plan.dropped):
            return plan
        # A patch cannot drop params.  Plan only the other changes; if there are none, there is no update.
        return Plan.of(project, plan.keeping) if plan.keeping.params else Plan(project, None, project.params)
