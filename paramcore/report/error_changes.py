"""Compare the errors today, after an update, and after the patch that keeps the dropped params."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from attrs import field, frozen

from paramcore.report.verdicts import Phrase, UserText
from paramcore.text import format_count

#: At most this many locations of today's errors are listed.
MAX_LOCATIONS = 3


class Presence(NamedTuple):
    """Whether an error exists in each of three states: after the update, before the update, and after the patch."""

    after: bool
    before: bool = False
    patched: bool = False


@frozen
class ErrorChanges:
    """The numbers of errors today, after an update, and after the patch that keeps the dropped params."""

    counts: Mapping[Presence, int] = field(factory=dict)
    #: The locations of the first errors that exist today, each with file, line and column: `a.jsonl:3:1`.
    locations: tuple[str, ...] = ()

    def count(self, *, after: bool | None = None, before: bool | None = None, patched: bool | None = None) -> int:
        """Count errors by the states of `Presence`.

        `True` counts only errors that exist in the state, and `False` only errors that do not.
        `None` counts both.
        """
        wanted = after, before, patched
        return sum(
            count
            for presence, count in self.counts.items()
            if all(expected in (None, actual) for expected, actual in zip(wanted, presence, strict=True))
        )

    @property
    def caused(self) -> int:
        """The number of errors that the update causes."""
        return self.count(after=True, before=False)

    @property
    def caused_by_patch(self) -> int:
        """The number of errors that the patch causes."""
        return self.count(patched=True, before=False)

    def describe_today(self, *, with_patch: bool) -> Phrase:
        """Return a sentence about today's errors; empty if there are none.

        The sentence also counts the errors that the update removes.  With `with_patch`, it
        instead counts the errors that the patch removes.

        Example:
            >>> ErrorChanges({Presence(True, True): 1}, ("a.jsonl:3:1",)).describe_today(with_patch=False)
            ('1 error already exists today', ' (', UserText(text='a.jsonl:3:1'), ').')
        """
        total = self.count(before=True)
        if not total:
            return ()
        phrase: Phrase = (f"{format_count(total, 'error')} already {'exists' if total == 1 else 'exist'} today",)
        for index, location in enumerate(self.locations):
            phrase = (*phrase, ", " if index else " (", UserText(location))
        more = ", ..." if total > len(self.locations) else ""
        end = f"{more})" if self.locations else ""
        gone = self.count(before=True, patched=False) if with_patch else self.count(before=True, after=False)
        if gone:
            end += f"; {'the patch' if with_patch else 'this update'} removes {gone:,}"
        return (*phrase, f"{end}.")


def describe_origin(presence: Presence, *, has_patch: bool) -> str:
    """Describe the origin of an error that exists after the update.

    The origin is `already exists today`, or a cause such as `caused by this update, but not
    by the patch`.
    """
    if presence.before:
        return "already exists today" + (", but the patch removes it" if has_patch and not presence.patched else "")
    if not has_patch:
        return "caused by this update"
    return f"caused by this update{' and' if presence.patched else ', but not'} by the patch"
