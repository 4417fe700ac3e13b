"""Choose the file names of projects: readable, and accepted and kept apart by every file system."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from unicodedata import normalize

#: Bytes of a project name in a file name. Most file systems allow 255 bytes in all.
_MAX_NAME = 180
#: ASCII characters, beside letters and digits, that no file system rejects and no shell expands inside a word.
_PLAIN = frozenset(" ()+,=@-_.")
#: Characters that Python calls printable, although they are invisible: some file systems ignore them.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
#: The devices of Windows, which have these names with any extension. The digits may be superscripts.
_DEVICE = re.compile("(con|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *([.]|$)", re.IGNORECASE)


def choose_file_names(project_names: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return the file name of each project: `docks.json`, or `docks~0123456789abcdef.json` where that is taken.

    `taken` are the names of the files in the directory.  A name is taken if a file
    or another of the projects has a name that differs only in case or Unicode form.
    The digest is that of the project's name, so the order of projects does not matter.

    Example:
        >>> choose_file_names(["docks", "a/b"], [])
        {'docks': 'docks.json', 'a/b': 'a%2Fb.json'}
    """
    stems = {name: _encode_name(name) for name in project_names}
    uses = Counter(map(fold_file_name, taken))
    uses.update(fold_file_name(f"{stem}.json") for stem in stems.values())
    return {
        name: f"{stem}.json" if uses[fold_file_name(f"{stem}.json")] == 1 else f"{stem}{_digest(name)}.json"
        for name, stem in stems.items()
    }


def fold_file_name(file_name: str) -> str:
    """Return the same text for all names that some file system takes for the same file."""
    folded = file_name
    # One round is not enough: a folded letter may have a normal form that folds again.
    for _ in range(3):
        # The upper case unites letters, such as the dotless i, that case folding keeps apart.
        folded = normalize("NFKC", normalize("NFKD", folded).casefold().upper().casefold())
    return folded


def _encode_name(project_name: str) -> str:
    characters = [char if _is_plain(char) else _percent_encode(char) for char in project_name]
    # A hidden file is skipped when a directory is read, and a program takes a leading dash for an option.
    if project_name[0] in ".- " or _DEVICE.match(project_name):
        characters[0] = _percent_encode(project_name[0])
    if project_name[-1] in ". ":
        characters[-1] = _percent_encode(project_name[-1])
    size = 0
    for index, char in enumerate(characters):
        size += len(char.encode())
        if size > _MAX_NAME:
            # Long names may begin alike, so a digest replaces the rest.
            return "".join(characters[:index]) + _digest(project_name)
    return "".join(characters)


def _is_plain(char: str) -> bool:
    if char.isascii():
        return char.isalnum() or char in _PLAIN
    return char.isprintable() and not _INVISIBLE.match(char)


def _percent_encode(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode())


def _digest(project_name: str) -> str:
    # No other name has a tilde: it is encoded.
    return f"~{hashlib.sha256(project_name.encode()).hexdigest()[:16]}"
