"""Recognize names in an update that are not params."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, Literal, TypeAlias

from attrs import frozen

from paramcore.validation.misspellings import WordIndex, count_edits, is_misspelt, join_words, split_words
from paramcore.validation.schema_rules import list_all_params

Mistake: TypeAlias = Literal["update_mode", "update_wrapper", "update_argument"]

#: The maximum length, without separators, of a name that may be a mistake. A longer name counts as a param.
_MAX_NAME = 48

#: Words similar to `patch`. A param with such a name means `patch` only if its value is a flag, as in `"path": true`.
_ORDINARY_WORDS = {
    *("path", "paths", "batch", "match", "catch", "hatch", "latch", "watch", "pitch", "patches"),
    *("march", "parch", "perch", "poach", "punch", "pact", "patchy"),
}
#: Words that are similar to field names of other calls, but are not misspelt.
_ORDINARY_PLURALS = {"versions", "callbacks"}
#: Words that occur with `patch` or `replace` in a name for the mode of an update: `is_patch`, `patchMode`.
_MODE_COMPANIONS = {
    *("is", "as", "do", "use", "set", "the", "to", "mode", "flag", "bool", "update", "updates", "only", "should"),
    *("apply", "enable", "enabled", "send", "project", "method", "type", "http", "api", "request", "param", "params"),
    *("all", "existing", "other", "others", "rest", "full", "with", "no", "not", "dont", "without"),
}
#: Words that people write in place of `patch`, as in `"merge": true`.
_MODE_WORDS = frozenset(
    {
        *("replace", "replaced", "merge", "merged", "overwrite", "override", "partial", "append", "upsert"),
        *("overlay", "incremental", "delta", "preserve", "keep", "put", "extend", "modify", "inplace"),
    }
)
#: Words in the name of a param whose value may be a mode, such as `"update_type": "replace"`.
_MODE_NAMES = {"mode", "method", "strategy", "operation", "op", "action", "type", "kind", "how", "verb", "behavior"}
_MODE_VALUES = {*_MODE_WORDS, "patch", "update", "full", "post"}
_FLAG_TEXTS = {"true", "false", "yes", "no", "on", "off", "1", "0", "t", "f", "y", "n", "null", "none"}

#: Words that mean all params together. An object is a wrapper around the params if its name has such a word, and all
#: other words are `_CONTAINER_WORDS`, as in `new_params`. The content of the object does not matter.
_WRAPPER_WORDS = frozenset(
    {
        *("params", "param", "parameters", "parameter", "kwargs", "args", "payload", "body", "json", "data"),
        *("update", "updates", "updated", "request"),
    }
)
#: Words for a container. An object whose name consists only of these words and `_MODE_WORDS`, such as `new_values`, is
#: a wrapper if it contains a param or `patch`.
_CONTAINER_WORDS = {
    *("project", "new", "my", "the", "default", "defaults", "set", "patch", "task", "to", "version", "latest"),
    *("object", "fields", "values", "value", "settings", "config", "configuration", "options", "attributes"),
    *("changes", "content", "properties", "input", "item", "template", "overrides", "attrs", "dict"),
}


@frozen
class CallField:
    """Fields of other API calls or of clients, all with the same meaning and the same remedy."""

    names: tuple[str, ...]
    #: The meaning of the fields, such as `the task type`.
    meaning: str
    #: What to do; `{name}` is replaced by the correct name of the field.
    remedy: str
    #: The param to write instead, if there is one.
    replacement: str | None = None
    #: Whether to recognize misspelt names; `False` for names that are similar to ordinary words.
    has_near_misses: bool = True


_SET_BY_SERVICE = "remove it, because the service sets it"
_CALL_FIELDS = (
    CallField(
        ("project_name", "project_id", "name"),
        "the name of the project",
        "pass it to the call, as in `paramcore apply NAME`, because an update cannot change it",
    ),
    CallField(
        ("task_type", "project_type", "type"),
        "the task type",
        "remove it, because an update cannot change the type of a project",
    ),
    CallField(
        ("project", "project_version", "batch", "unique_id", "clear_unique_id_on_error"),
        "a field that routes a task",
        "set `{name}` in each task request, because a project cannot contain it",
    ),
    CallField(
        ("batch_name", "batch_id", "clear_unique_id", "unique_task_id", "project_param_version", "param_version"),
        "a field that routes a task",
        "set `batch`, `unique_id` or `project_version` in each task request, because a project cannot contain them",
    ),
    CallField(("callback",), "an argument for creating batches", "write `callback_url`", "callback_url"),
    CallField(
        (
            *("rapid", "studio", "dataset_id", "pipeline", "pipeline_name", "consensus_attempts"),
            *("num_reviews", "num_consensus", "archived", "is_archived"),
        ),
        "a setting of the project as a whole",
        "remove it, because an update cannot change it",
        has_near_misses=False,
    ),
    CallField(
        (
            *("task_id", "status", "response", "is_test", "work_started", "callback_succeeded", "is_processed"),
            *("processed_attachments", "post_processing_results", "taxonomy_version"),
        ),
        "a field of a created task",
        _SET_BY_SERVICE,
        has_near_misses=False,
    ),
    CallField(
        ("version", "created_at", "updated_at", "completed_at", "param_history"),
        "a field that the service writes",
        _SET_BY_SERVICE,
    ),
    CallField(
        ("params", "parameters"),
        "a wrapper around the params",
        "write the params at the top level of the body, next to `patch`",
        has_near_misses=False,
    ),
    CallField(
        ("api_key", "authorization", "base_url", "api_instance_url", "allow_drop", "allow_errors", "dry_run"),
        "an argument of a client",
        "pass it to the call, because the body contains only params",
    ),
)


@frozen
class UpdateNames:
    """Classifies the names in an update of one project."""

    #: The name of the project.
    project: str
    #: The params of the project's type.
    params: frozenset[str]
    #: The names of the params of all task types, in lower case and without `_`: `minwidth`.
    _known: frozenset[str]
    _known_index: WordIndex

    @classmethod
    def of(cls, project: str, params: Iterable[str]) -> UpdateNames:
        """Return a classifier for a project whose type has these params."""
        own = frozenset(params)
        return cls(project, own, *_index_known(own))

    def classify(self, name: str, value: Any) -> Mistake | None:
        """Return the mistake in a name, or `None` for a param."""
        words = split_words(name)
        joined = "".join(words)
        if not joined or len(joined) > _MAX_NAME or joined in self._known:
            return None
        is_call_field = joined in _call_fields_by_name()
        if not is_call_field or joined in _WRAPPER_WORDS:
            content, is_in_array = _read_object(value)
            if content is not None and (
                name == self.project or _is_wrapper(words, content, self.params, is_in_array=is_in_array)
            ):
                return "update_wrapper"
        # An exact match has priority: `Batch` means `batch`, although it resembles `patch`.
        if is_call_field and not _names_mode(words, value):
            return "update_argument"
        is_mode = _names_mode(words, value) or _names_patch(words, value)
        if not (is_mode or find_call_field(name)):
            return None
        # If a name is also similar to a param, the name means the param, unless the value is a flag.
        if joined != "patch" and not _is_flag(value) and self._known_index.find_similar(joined):
            return None
        return "update_mode" if is_mode else "update_argument"


# Many projects have the same type, so cache the names of its params.
@lru_cache(maxsize=64)
def _index_known(params: frozenset[str]) -> tuple[frozenset[str], WordIndex]:
    known = frozenset(map(join_words, params | list_all_params().keys()))
    return known, WordIndex.of(known)


def list_contents(value: Any) -> tuple[str, ...]:
    """Return the member names of a wrapper, which is an object, an array of one object, or JSON text."""
    return tuple(_read_object(value)[0] or ())


@lru_cache(maxsize=1_024)
def find_call_field(name: str) -> tuple[str, CallField] | None:
    """Return the correct spelling and the `CallField` of a name, which may be misspelt.

    If no name in `_CALL_FIELDS` is similar, return `None`.
    """
    joined, by_name = join_words(name), _call_fields_by_name()
    if joined in by_name or joined in _ORDINARY_WORDS | _ORDINARY_PLURALS:
        return by_name.get(joined)
    similar = _index_call_fields().find_similar(joined)
    return next((by_name[known] for known in by_name if known in similar), None)


@cache
def _call_fields_by_name() -> Mapping[str, tuple[str, CallField]]:
    return {join_words(name): (name, field) for field in _CALL_FIELDS for name in field.names}


@cache
def _index_call_fields() -> WordIndex:
    by_name = _call_fields_by_name().items()
    return WordIndex.of(known for known, (_, field) in by_name if field.has_near_misses and len(known) > 4)


def _names_patch(words: tuple[str, ...], value: Any) -> bool:
    """Return whether a name such as `pathc` or `isPatch` probably means `patch`."""
    joined = "".join(words)
    if joined in _ORDINARY_WORDS:
        return _is_flag(value)
    if any(is_misspelt(joined, form) for form in ("patch", "patched", "patching")):
        return True
    before_and_after = joined.split("patch", 1)
    if "" in before_and_after and not _MODE_COMPANIONS.isdisjoint(before_and_after):
        return True
    rest = {word for word in words if word in _ORDINARY_WORDS or not is_misspelt(word, "patch")} - {"patched"}
    if len(rest) < len(set(words)):
        # `patch_mode` is the mode; `patch_size` is the mode only if its value is a boolean.
        return rest <= _MODE_COMPANIONS or isinstance(value, bool)
    return joined[0] == "p" and len(joined) < 8 and count_edits(joined, "patch") == 2 and _is_flag(value)


def _names_mode(words: tuple[str, ...], value: Any) -> bool:
    """Return whether a name such as `replace` or `mode` means the mode."""
    # Join the words, because `in_place` consists of two. If the value is a flag other than null, the name `update` means
    # the mode, but the name `is_update` does not.
    if "".join(words) in ("inplace", "update") and _is_flag(value):
        return value is not None
    rest = _omit_words(words, _MODE_WORDS)
    if len(rest) < len(set(words)) and rest <= _MODE_COMPANIONS:
        return value is not None and _is_flag(value)
    is_name = words == ("update",) or (
        not _MODE_NAMES.isdisjoint(words) and set(words) <= _MODE_NAMES | _MODE_COMPANIONS
    )
    mode = join_words(value) if is_name and isinstance(value, str) and len(value) <= _MAX_NAME else ""
    return mode in _MODE_VALUES or is_misspelt(mode, "patch")


def _is_wrapper(
    words: tuple[str, ...], content: Mapping[str, Any], params: Collection[str], *, is_in_array: bool
) -> bool:
    rest = _omit_words(words, _WRAPPER_WORDS)
    has_word, held = len(rest) < len(set(words)), content.keys() & {*params, "patch"}
    # An array of one object may be a param, so both the name and the content must indicate a wrapper.
    if is_in_array:
        return has_word and rest <= _CONTAINER_WORDS and len(held) > 0
    if has_word and rest <= _CONTAINER_WORDS:
        return True
    # For any other name, the content decides. One param is enough, but a name with an unknown word needs two. In this
    # count, `patch` is a param. A `patch` with a boolean value is always enough.
    enough = 1 if rest <= _CONTAINER_WORDS | _MODE_WORDS else 2
    return len(held) >= enough or type(content.get("patch")) is bool


def _omit_words(words: tuple[str, ...], omitted: frozenset[str]) -> set[str]:
    """Return `words` without the words in `omitted`, and without misspellings of long words in `omitted`."""
    return {word for word in words if word not in omitted and not _index_long_words(omitted).find_similar(word)}


@cache
def _index_long_words(words: frozenset[str]) -> WordIndex:
    return WordIndex.of(word for word in words if len(word) > 4)


def _read_object(value: Any) -> tuple[Mapping[str, Any] | None, bool]:
    """Return the object in a value, and whether it is the only element of an array.

    The value may be an object, an array of one object, or JSON text for either.  For any other
    value, return `(None, False)`.
    """
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None, False
    is_in_array = isinstance(value, (list, tuple)) and len(value) == 1
    content = value[0] if is_in_array else value
    return (content, is_in_array) if isinstance(content, dict) else (None, False)


def _is_flag(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().casefold() in _FLAG_TEXTS
    return value is None or (isinstance(value, (bool, int, float)) and value in (0, 1))
