"""Run commands on a terminal of a given size, and compare the screen with the output to a pipe."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

from paramcore.cli.cells import measure
from tests.cli.running import EXAMPLES, command, environment


def run_on_terminal(*arguments, columns, cwd=EXAMPLES, **changes):
    """Run a command on a terminal with `columns` columns; return the text on the terminal and the exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    variables = {"COLUMNS": "", "NO_COLOR": "1", **changes}
    process = subprocess.Popen(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=environment(**variables),
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:
        # On Linux, reading from a closed terminal raises an error, which means the end of the output.
        pass
    finally:
        os.close(ours)
        _out, err = process.communicate(timeout=60)
    assert b"Traceback" not in err, err.decode()
    return shown.decode().replace("\r\n", "\n"), process.returncode


def find_wide_lines(screen, columns):
    return [line for line in screen.splitlines() if measure(line) > columns]


def squash(text):
    """Return a text without white space, so that two layouts of the same text are equal."""
    return "".join(text.split())


def list_views(screen):
    """Return three squashed texts of a screen that may contain word diffs such as `[-old-]{+new+}`.

    The first text has the word diffs. The second has only their old words, and the third only their new words.
    """
    # Remove the line numbers beside source lines, and the carets below them.
    lines = [re.sub(r"^ +(\d+ )?\| ", "", line) for line in screen.splitlines() if not re.match(r"^ +\| +\^+$", line)]
    text = squash("\n".join(lines))
    before = re.sub(r"\[-(.*?)-\]", r"\1", re.sub(r"\{\+.*?\+\}", "", text))
    after = re.sub(r"\{\+(.*?)\+\}", r"\1", re.sub(r"\[-.*?-\]", "", text))
    return text, before, after


def find_lost(piped, screen):
    """Return the parts of the piped output that the screen does not show."""
    views = list_views(screen)
    parts = [part for line in piped.splitlines() for part in iter_parts(line, views[0])]
    return [part for part in parts if not any(squash(part) in view for view in views)]


def iter_parts(line, screen):
    """Split a line at double spaces, and yield its parts.

    For a change such as `1 -> 2`, yield the old and the new value as two parts.
    """
    if re.match(r"^ +\| +\^+$", line):
        return
    for column in re.sub(r"^ +\d+ \| ", "", line).split("  "):
        values = column.split(" -> ")
        # If the two values do not fit, the screen lists the changes inside them instead. So skip the values.
        if len(values) == 2 and column[0] in "[{" and squash(f"{line.split('  ')[2]}inside:") in screen:
            continue
        for value in values:
            # Remove the marks that show where a long text is truncated.
            yield re.sub(r"\.\.\. \([\d,]+ characters\)$", "", value).strip().removeprefix('..."')
