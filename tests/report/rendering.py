"""Render Markdown as HTML, and parse HTML."""

import json
from html.parser import HTMLParser

import cmarkgfm
from attrs import Factory, define
from cmarkgfm.cmark import Options
from hypothesis import strategies as st

from paramcore.model import ROUTING_NAMES

#: Texts with a meaning in Markdown or HTML outside of code, and texts that are hard to show exactly.
HOSTILE = (
    *("`", "``", "a`b", "` `", "|", "a|b", "\\|", "\\", "\\\\|", "`|`", "| --- |", "<b>", "<!--", "-->", "</details>"),
    *("@octocat", "#12", "GH-12", ":tada:", "https://example.com", "www.example.com", "[a](b)", "![a](b)", "[^1]"),
    *("**a**", "_a_", "~~a~~", "$a$", "$`a`$", "&amp;", "&#64;", "# a", "- a", "> a", "1. a", "---", "```", "~~~~"),
    *(
        " ",
        "  ",
        " a ",
        "\n",
        "a\n\nb",
        "\t",
        "\r\n",
        "\0",
        "\x1b[31m",
        "\u202ea",
        "\u2066",
        "\u200b",
        "\u2028",
        "\xa0",
    ),
    *("\ufeff", "\x85", "😀", "e\u0301", "a" * 59, "<script>alert(1)</script>", "a" * 30 + "|`@x` " * 20),
)


TEXTS = st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join) | st.text(max_size=8)
VALUES = st.recursive(
    TEXTS | st.sampled_from([1, 1.5, True, None, 10**20]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
NAMES = TEXTS.filter(lambda name: name not in {*ROUTING_NAMES, "version", "created_at", "patch", "instruction"})
PARAMS = st.dictionaries(NAMES, VALUES, max_size=4)
PROJECT_NAMES = TEXTS.filter(lambda name: name not in ("", ".", "..") and all(c >= " " and c != "\x7f" for c in name))


@define
class Page(HTMLParser):
    """The tags, tables and code of a page."""

    tags: set = Factory(set)
    attributes: set = Factory(set)
    comments: list = Factory(list)
    #: The rows of each table. A cell is a list of the texts of its code spans.
    tables: list = Factory(list)
    #: The text of each block of code.
    blocks: list = Factory(list)
    #: The text outside of code.
    prose: str = ""
    headings: list = Factory(list)

    def __attrs_post_init__(self):
        super().__init__()
        self._stack = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self._stack.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append([])
        elif tag == "code" and "pre" in self._stack:
            self.blocks.append("")
        elif tag == "code" and {"td", "th"} & set(self._stack):
            self.tables[-1][-1][-1].append("")
        elif tag == "h3":
            self.headings.append("")

    def handle_endtag(self, tag):
        assert self._stack.pop() == tag

    def handle_data(self, data):
        if "h3" in self._stack:
            self.headings[-1] += data
        if "code" not in self._stack:
            self.prose += data
        elif "pre" in self._stack:
            self.blocks[-1] += data
        elif {"td", "th"} & set(self._stack):
            self.tables[-1][-1][-1][-1] += data

    def handle_comment(self, data):
        self.comments.append(data)


def parse_html(html):
    page = Page()
    page.feed(html)
    page.close()
    return page


def render(markdown):
    """Render GitHub Flavored Markdown, keep the HTML in it, and parse the result."""
    return parse_html(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))


def read_diff(block):
    """Read a block that shows a change as a diff, and return the values before and after the change."""
    lines = block.removesuffix("\n").split("\n")
    assert all(line[:2] in ("  ", "- ", "+ ") for line in lines)
    return [json.loads("".join(line[2:] for line in lines if line[0] != other)) for other in "+-"]
