"""The directives of the reference, and an anchor for each name in a table or a heading.

`reference_data` reads the lists from the code.  This module turns the lists into
descriptions.  Other pages, the search and the inventory link to these descriptions.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import reference_data
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.ext.napoleon import Config, GoogleDocstring
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id, make_refnode

#: The types of names in the reference, in addition to the types that Sphinx defines.
OBJECT_TYPES = (
    *("argument", "assumption", "command", "error-code", "exit-code"),
    *("finding", "json-key", "json-value", "reason", "setting"),
)

#: Pages in which the first cell of each row is a name. The values are the types of the names.
TABLES = {"reference/json": "json-key", "reference/values": "json-value"}
#: Pages in which some headings are names. The values are the type of the names and the function that lists them.
HEADINGS = {
    "findings": ("finding", reference_data.list_findings),
    "reference/command-line": ("command", reference_data.list_commands),
}

DOCSTRING_CONFIG = Config(napoleon_custom_sections=[("Codes", "params_style")])

#: The options of the directives for classes and exceptions.
CLASS_OPTIONS = (":members:", ":undoc-members:")
EXCEPTION_OPTIONS = (*CLASS_OPTIONS, ":show-inheritance:")

_LISTS = {
    "assumption": reference_data.list_assumptions,
    "envvar": reference_data.list_variables,
    "error-code": reference_data.list_error_codes,
    "exit-code": reference_data.list_exit_codes,
    "reason": reference_data.list_reasons,
    "setting": reference_data.list_settings,
}


class _GeneratedDirective(SphinxDirective):
    """A directive whose content is the reStructuredText from `iter_lines`."""

    has_content = False
    required_arguments = 0

    def iter_lines(self) -> Iterator[str]:
        """Yield the lines of the reStructuredText."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes("\n".join(self.iter_lines()), allow_section_headings=True)


def _describe(object_type: str, signature: str, text: str = "", *, options: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the lines of a directive, such as `.. exit-code:: 1`, with `text` as its content."""
    yield f".. {object_type}:: {signature}"
    yield from (f"   {option}" for option in options)
    yield ""
    for line in text.splitlines():
        yield f"   {line}" if line else ""
    yield ""


class ListDirective(_GeneratedDirective):
    """`.. reference-list:: TYPE` describes every name of a type, such as every `exit-code`."""

    required_arguments = 1

    def iter_lines(self) -> Iterator[str]:
        object_type = self.arguments[0]
        for entry in _LISTS[object_type]():
            yield from _describe(object_type, entry.name, entry.text)


class CommandsDirective(_GeneratedDirective):
    """`.. reference-commands::` describes every command, with its arguments and options."""

    def iter_lines(self) -> Iterator[str]:
        for program, parser in reference_data.iter_parsers():
            yield from (program, "-" * len(program), "")
            yield from (parser.description or "", "", "::", "")
            yield from (f"   {line}" for line in parser.format_usage().splitlines())
            yield ""
            yield from (f".. program:: {program}", "")
            for action, entry in reference_data.iter_arguments(parser):
                if action.option_strings:
                    yield from _describe("option", entry.name, entry.text)
                else:
                    yield from _describe("argument", f"{program} {action.dest} {entry.name}", entry.text)


class PublicNamesDirective(_GeneratedDirective):
    """`.. public-names:: paramcore.errors` describes the names that `list_public_names` lists for a module."""

    required_arguments = 1

    def iter_lines(self) -> Iterator[str]:
        for name in reference_data.list_public_names():
            module, _, public = name.rpartition(".")
            if module != self.arguments[0]:
                continue
            value = getattr(import_module(module), public)
            if not callable(value):
                yield from _describe(
                    "py:data",
                    public,
                    reference_data.find_comment(module, public),
                    options=(f":module: {module}",),
                )
            elif isinstance(value, type):
                is_error = issubclass(value, Exception)
                options = EXCEPTION_OPTIONS if is_error else CLASS_OPTIONS
                yield from _describe("autoexception" if is_error else "autoclass", name, options=options)
            else:
                yield from _describe("autofunction", name)


class ResultClassesDirective(_GeneratedDirective):
    """`.. result-classes::` describes each class in `RESULT_CLASSES`."""

    def iter_lines(self) -> Iterator[str]:
        for value in reference_data.RESULT_CLASSES:
            yield from _describe("autoclass", f"{value.__module__}.{value.__name__}", options=CLASS_OPTIONS)


def _parse_argument(_env: Any, signature: str, node: addnodes.desc_signature) -> str:
    """Show an argument as `--help` does, and return its name with its command, such as `diff.before`."""
    program, dest, metavar = signature.rsplit(" ", 2)
    node += addnodes.desc_name(metavar, metavar)
    return f"{program.removeprefix('paramcore ')}.{dest}"


def add_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Give each name in a table or a heading an anchor, and add the name to the inventory."""
    page = app.env.docname
    if page in TABLES:
        for section in doctree.findall(nodes.section):
            for row in (row for table in section.children if isinstance(table, nodes.table) for row in _rows(table)):
                cell = next(row.findall(nodes.literal))
                _note(app, doctree, row, TABLES[page], f"{section[0].astext()}.{cell.astext()}")
    if page in HEADINGS:
        object_type, list_entries = HEADINGS[page]
        names = {entry.name for entry in list_entries()}
        for section in doctree.findall(nodes.section):
            if section[0].astext() in names:
                _note(app, doctree, section, object_type, section[0].astext())


def _rows(table: nodes.table) -> Iterator[nodes.row]:
    return (row for body in table.findall(nodes.tbody) for row in body.findall(nodes.row))


def _note(app: Sphinx, doctree: nodes.document, node: nodes.Element, object_type: str, name: str) -> None:
    node_id = make_id(app.env, doctree, object_type, name)
    node["ids"].append(node_id)
    app.env.domains.standard_domain.note_object(object_type, name, node_id, location=node)


def resolve_public_name(app: Sphinx, env: Any, node: addnodes.pending_xref, content: nodes.Element) -> Any:
    """Link a Python name to its description.

    Annotations and docstrings contain the short name of an object, or its full name in an internal module.
    """
    if node.get("refdomain") != "py":
        return None
    short = node["reftarget"].rpartition(".")[2]
    objects = env.domains.python_domain.objects
    found = [name for name in objects if re.fullmatch(rf"paramcore(\.[a-z_]+)*\.{re.escape(short)}", name)]
    if len(found) != 1:
        return None
    entry = objects[found[0]]
    return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, content, found[0])


def format_sections(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Format the sections of a docstring, such as `Raises:`."""
    # Napoleon would parse the first line of an attribute's docstring as "type: text", but ours are plain sentences.
    if what not in ("attribute", "property", "data"):
        lines[:] = GoogleDocstring(lines, DOCSTRING_CONFIG, app, what, name, obj, options).lines()


def hide_signature(app: Sphinx, what: str, name: str, obj: Any, options: Any, *signature: Any) -> Any:
    """Hide the signature of a protocol, because nobody calls a protocol."""
    return ("", None) if getattr(obj, "_is_protocol", False) else None


def skip_pieces(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Leave out methods that only `__str__` and the command line call."""
    return True if name in ("list_pieces", "list_lifetime_pieces", "make_table") else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives and the types of names."""
    for object_type in OBJECT_TYPES:
        parse = _parse_argument if object_type == "argument" else None
        app.add_object_type(object_type, object_type, objname=object_type.replace("-", " "), parse_node=parse)
    app.add_directive("reference-list", ListDirective)
    app.add_directive("reference-commands", CommandsDirective)
    app.add_directive("public-names", PublicNamesDirective)
    app.add_directive("result-classes", ResultClassesDirective)
    app.connect("doctree-read", add_anchors)
    app.connect("autodoc-process-docstring", format_sections)
    app.connect("autodoc-process-signature", hide_signature)
    app.connect("autodoc-skip-member", skip_pieces)
    app.connect("missing-reference", resolve_public_name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
