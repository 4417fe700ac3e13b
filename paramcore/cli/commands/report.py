"""The command `report`."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from paramcore.cli.arguments import read_project_argument, reject_options_for_tasks
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, exit_with_usage
from paramcore.cli.project_reports import ReportBuilder
from paramcore.text import describe_import_error, quote_for_shell

if TYPE_CHECKING:
    from paramcore.report.project_report import Commands


def report(options: Namespace) -> Pieces:
    """Write an HTML page about a project, its tasks and an update, to share or to print."""
    try:
        from paramcore.report.project_report import render_report  # noqa: PLC0415  (in an extra, and slow to import)
    except ImportError as error:
        install = "pip install 'paramcore[cli]'"
        exit_with_usage("; ".join(describe_import_error(error, "jinja2", "writes the page", install)))
    if options.tasks is None:
        reject_options_for_tasks(options)
    options.format = "html"
    projects = read_project_argument(options, quiet=True)
    reports = ReportBuilder(options, projects).build()
    yield render_report(reports, _list_commands(options), many=projects.many, values=options.values)
    if not options.exit_code:
        return FINE
    if options.update is not None:
        return FINDINGS if any(report.plan and report.plan.needs_consent for report in reports) else FINE
    return FINDINGS if any(report.errors for report in reports) else FINE


def _list_commands(options: Namespace) -> Commands:
    """Return the commands that the page shows, with the files as the user named them."""
    from paramcore.report.project_report import Commands  # noqa: PLC0415  (see `report`)

    project, tasks, update = map(_protect_dash, (options.project, options.tasks, options.update))
    assume = _repeat("--assume", options.assume)
    read = [*assume, *(_list_task_options(options) if tasks else [])]
    check = [*_repeat("--schema", options.schema), *_repeat("--ignore", options.ignore)]
    with_update = [] if update is None else ["--update", update]
    with_tasks = [] if tasks is None else [tasks]
    flags = [*(["--exit-code"] if options.exit_code else []), *([] if options.values else ["--no-values"])]
    # Show a fixed name instead of the value of `--output`, so that equal inputs produce equal pages.
    report = ["report", project, *with_tasks, *with_update, *read, *check, *flags, "--output", "report.html"]
    validate = ["validate", project, *(["--tasks", tasks] if tasks else []), *with_update, *read, *check]
    return Commands(
        report=_join(report),
        log=_join(["log", project]),
        plan=_join(["plan", project, update, *assume, *check]) if update else "",
        impact=_join(["impact", project, update, tasks, *read, "--list"]) if tasks and update else "",
        preview=_join(["preview", project, tasks, *read]) if tasks else "",
        validate=_join(validate),
    )


def _protect_dash(path: Any) -> Any:
    """Put `./` before a path that begins with `-`, so that no command reads it as an option."""
    # `-` is standard input.
    return f"./{path}" if path and path != "-" and path.startswith("-") else path


def _list_task_options(options: Namespace) -> list[str]:
    version = [] if options.project_version is None else ["--project-version", str(options.project_version)]
    return [
        *version,
        *([] if options.type is None else ["--type", options.type]),
        *(["--lines"] if options.lines else []),
    ]


def _repeat(option: str, arguments: list[str]) -> list[str]:
    return [word for argument in arguments for word in (option, argument)]


def _join(words: list[str]) -> str:
    return " ".join(["paramcore", *map(quote_for_shell, words)])
