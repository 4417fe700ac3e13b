"""Choose readable, unique file names for projects, valid on all common file systems."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from unicodedata import normalize

#: The maximum number of bytes of a project name in a file name. Most file systems allow 255 bytes for the file name.
_MAX_NAME = 180
#: The space, and punctuation that all common file systems accept.
_PLAIN = frozenset(" ()+,=@-_.")
#: Invisible characters that Python treats as printable. Some file systems ignore them, so encode them.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
#: Names that Windows reserves for devices, also with an extension, such as `con` and `com1.json`. The digits may be
#: superscripts.
_DEVICE = re.compile("(con|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *([.]|$)", re.IGNORECASE)


def choose_file_names(project_names: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return the file name of each project; the keys are the project names.

    `taken` contains the names of the files in the directory.  The project `docks` gets
    `docks.json`, or `docks~0123456789abcdef.json` if `docks.json` is taken.  If several
    projects would get the same file name, each gets a file name with a digest of the
    project's name.  The order of the projects therefore does not matter.  File names that
    differ only in case or Unicode form count as equal.

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
    """Return a key for a file name; if a common file system treats two names as equal, their keys are equal."""
    folded = file_name
    # One round is not enough, because a folded letter may have a normal form that folds again.
    for _ in range(3):
        # Some letters differ after case folding but are equal in upper case, such as `i` and an `i` without a dot.
        folded = normalize("NFKC", normalize("NFKD", folded).casefold().upper().casefold())
    return folded


def _encode_name(project_name: str) -> str:
    characters = [char if _is_plain(char) else _percent_encode(char) for char in project_name]
    # paramcore skips files with a leading dot.  Programs parse a name with a leading dash as an option.
    if project_name[0] in ".- " or _DEVICE.match(project_name):
        characters[0] = _percent_encode(project_name[0])
    if project_name[-1] in ". ":
        characters[-1] = _percent_encode(project_name[-1])
    size = 0
    for index, char in enumerate(characters):
        size += len(char.encode())
        if size > _MAX_NAME:
            # Long names may have the same beginning, so a digest replaces the rest.
            return "".join(characters[:index]) + _digest(project_name)
    return "".join(characters)


def _is_plain(char: str) -> bool:
    if char.isascii():
        return char.isalnum() or char in _PLAIN
    return char.isprintable() and not _INVISIBLE.match(char)


def _percent_encode(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode())


def _digest(project_name: str) -> str:
    # A tilde in a project name is encoded, so a tilde in a file name always precedes a digest.
    return f"~{hashlib.sha256(project_name.encode()).hexdigest()[:16]}"
