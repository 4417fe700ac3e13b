"""
The command line.

Exit codes: 0 fine; 1 findings; 2 usage, or input that cannot be read or is
refused; 3 not done: the service refused, or nothing was sent; 4 outcome unknown,
or applied more than once; 130 interrupted; 141 nobody reads the output any more;
143 ended by SIGTERM.
"""

from __future__ import annotations

from collections.abc import Sequence

from paramcore.cli.exit_codes import INTERRUPTED, NOT_DONE, REFUSED
from paramcore.cli.options import parsed
from paramcore.cli.output import Answer, deliver, prepare_streams, say, unwritable
from paramcore.errors import NotDone, OutcomeUnknown, ParamcoreError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; nothing but an answer, a sentence and a code comes out."""
    prepare_streams()
    try:
        options = parsed(arguments)
        answer = Answer(options.command(options))
        deliver(answer, options.output)
    except SystemExit as usage:
        # `argparse` prints usage and help by itself, and leaves.
        return usage.code if isinstance(usage.code, int) else REFUSED
    except (NotDone, OutcomeUnknown) as error:
        # What may have been sent comes out as an answer; here, nothing that changes anything was.
        say(f"error: {error}")
        return NOT_DONE
    except ParamcoreError as error:
        say(f"error: {error}")
        return REFUSED
    except OSError as error:
        return unwritable(error)
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    return answer.status
