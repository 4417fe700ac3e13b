"""Run the examples in pages and docstrings. With `--update`, rewrite the outputs that are wrong."""

import doctest
import io
import re
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path

OPTIONS = doctest.ELLIPSIS


@dataclass
class Block:
    """Consecutive lines of a file that contain examples."""

    path: Path
    #: The line number of the first line. Lines are counted from 1.
    line: int
    text: str


@dataclass
class Outcome:
    """The failures of a block, and the lines that would correct them."""

    #: A message for each example whose real output differs from the shown output.
    differences: list[str] = field(default_factory=list)
    #: A message for each exception that an example raises but does not show. `--update` does not add these exceptions.
    errors: list[str] = field(default_factory=list)
    #: For each message in `differences`: the line numbers of the shown output, and the lines that replace it.
    replacements: list[tuple[range, list[str]]] = field(default_factory=list)


class _Runner(doctest.DocTestRunner):
    """A runner that records the file and line of each failure, and the correct output."""

    def __init__(self, block: Block) -> None:
        super().__init__(optionflags=OPTIONS)
        self.block = block
        self.outcome = Outcome()

    def report_failure(self, out, test, example, got):
        difference = self._checker.output_difference(example, got, self.optionflags)
        self.outcome.differences.append(f"{self._locate(example)}{difference}")
        indent = " " * example.indent
        first = self.block.line + example.lineno + example.source.count("\n")
        lines = [f"{indent}{line}\n" if line else f"{indent}<BLANKLINE>\n" for line in _as_expected(got)]
        self.outcome.replacements.append((range(first, first + example.want.count("\n")), lines))

    def report_unexpected_exception(self, out, test, example, exc_info):
        self.outcome.errors.append(f"{self._locate(example)}{exc_info[0].__name__}: {exc_info[1]}\n")

    def _locate(self, example):
        return f"{self.block.path}:{self.block.line + example.lineno}: {example.source}"


def _as_expected(got: str) -> list[str]:
    """Split an output into the lines that an example shows. A traceback is shown without its frames."""
    if got.startswith("Traceback"):
        got = re.sub(r"^ .*\n", "", got, flags=re.MULTILINE)
    return got.splitlines()


def run_examples(block: Block, names: dict) -> Outcome:
    """Run the `>>>` examples of a block, or run a block without `>>>` as Python code.

    The block can use the names in `names`. The names that the block defines are added to `names`.
    """
    if ">>>" not in block.text:
        # With these blank lines before the text, a traceback shows the line numbers of the file.
        exec(compile("\n" * (block.line - 1) + block.text, str(block.path), "exec"), names)
        return Outcome()
    test = doctest.DocTestParser().get_doctest(block.text, names, block.path.name, str(block.path), block.line - 1)
    # The parser copies `names`. Use `names` itself, because later blocks need the definitions of this block.
    test.globs = names
    runner = _Runner(block)
    # `doctest` captures only standard output, so discard standard error.
    with redirect_stderr(io.StringIO()):
        runner.run(test, out=lambda _text: None, clear_globs=False)
    return runner.outcome


def replace_lines(path: Path, replacements: list[tuple[range, list[str]]]) -> None:
    """Replace lines of a file. All line numbers refer to the file before the first replacement."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    for numbers, new in sorted(replacements, key=lambda replacement: -replacement[0].start):
        lines[numbers.start - 1 : numbers.stop - 1] = new
    path.write_text("".join(lines), "utf-8")


def run_and_check(blocks: list[tuple[Block, dict]], *, update: bool) -> None:
    """Run blocks of one file. Fail if a real output differs from the shown output, or if an exception is unexpected.

    The failure names the file and line of each such example. With `update`, rewrite the shown outputs instead, and fail
    only because of unexpected exceptions.
    """
    outcomes = [run_examples(block, names) for block, names in blocks]
    problems = [error for outcome in outcomes for error in outcome.errors]
    replacements = [replacement for outcome in outcomes for replacement in outcome.replacements]
    if not update:
        problems += [difference for outcome in outcomes for difference in outcome.differences]
    elif replacements:
        replace_lines(blocks[0][0].path, replacements)
    assert not problems, "\n" + "\n".join(problems)
