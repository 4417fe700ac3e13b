"""Format annotations, which GitHub Actions shows beside the lines of a pull request."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator

from paramcore.cli.hidden_values import select_error
from paramcore.cli.output import Pieces
from paramcore.errors import DocumentError
from paramcore.text import escape_unprintable, join_message

#: GitHub shows at most this many annotations of each severity for one step of a job.
SHOWN = 10

_SEVERITIES = ("error", "warning", "notice")


def format_annotation(
    severity: str, title: str, text: str, file: str | None = None, line: int | None = None, column: int | None = None
) -> str:
    """Return the workflow command that creates an annotation.

    Example:
        >>> print(format_annotation("error", "param_dropped", "50% less", "a,b.json", 3, 5))
        ::error file=a%2Cb.json,line=3,col=5,title=param_dropped::50%25 less
    """
    places = {"file": file, "line": line, "col": column}
    properties = {**{name: place for name, place in places.items() if place is not None}, "title": title}
    formatted = ",".join(f"{name}={_escape_property(str(value))}" for name, value in properties.items())
    return f"::{severity} {formatted}::{_escape_data(text)}"


def annotate_errors(pieces: Pieces, options: Namespace) -> Pieces:
    """Yield the output of a command.

    With `--format github`, also yield an annotation for a `DocumentError` that ends the command.
    """
    try:
        return (yield from pieces)
    except DocumentError as error:
        if options.format == "github":
            # `main` prints the error, too, but GitHub shows only annotations beside the lines of a file.
            yield f"{format_error(select_error(error, options))}\n"
        raise


def limit_annotations(annotations: Iterable[str], options: Namespace) -> Iterator[str]:
    """Yield at most `SHOWN` annotations of each severity: errors, then warnings, then notices.

    If there are more annotations, yield a last line such as `3 more: see the job summary`.
    """
    # Several projects can have equal annotations, so yield equal annotations only once.
    unique = dict.fromkeys(annotations)
    counts: Counter[str] = Counter()
    for severity in _SEVERITIES:
        for annotation in unique:
            if annotation.startswith(f"::{severity} "):
                counts[severity] += 1
                if counts[severity] <= SHOWN:
                    yield f"{annotation}\n"
    more = sum(max(0, count - SHOWN) for count in counts.values())
    if more:
        advice = "see the job summary" if options.summary else "pass --summary to see them in the job summary"
        yield f"{more:,} more: {advice}\n"


def format_error(error: DocumentError) -> str:
    """Format an error as an annotation."""
    # The source of an error is a file, or an option such as `--type`.  If it may be an option, the text names it.
    file = None if error.line is None and error.source.startswith("--") else error.source
    names = [name for name in (error.source if file is None else "", error.path) if name]
    text = escape_unprintable(": ".join([*names, join_message(error.problem, error.remedy)]))
    return format_annotation("error", error.code, text, file, error.line, error.column)


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
