"""Parse a page with the HTML parser of the standard library."""

import json
import re
from html.parser import HTMLParser

#: Elements without an end tag.
VOID = {"meta", "br"}
#: Elements inside a line of text.
INLINE = {"a", "bdi", "code", "del", "ins", "span", "strong", "time"}


class ParsedPage(HTMLParser):
    """The elements of a page, and the texts of its names and values."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags = set()
        self.attributes = set()
        self.links = []
        self.ids = []
        #: The texts of all values and names after a change, that is, without the text in `<del>`.
        self.texts = {"value": [], "name": []}
        #: The texts of all values before a change, that is, without the text in `<ins>`.
        self.befores = []
        self.visible = []
        self.style = ""
        self.problems = []
        self._open = []
        self.feed(page)
        self.close()
        if self._open:
            self.problems.append(f"open at the end: {self._open}")

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.add(tag)
        self._separate(tag)
        self.attributes |= set(attributes)
        if len(attributes) != len(attrs):
            self.problems.append(f"an attribute of {tag} is repeated")
        self.links += [attributes["href"]] if "href" in attributes else []
        self.ids += [attributes["id"]] if "id" in attributes else []
        if tag not in VOID:
            kinds = [kind for kind in attributes.get("class", "").split() if kind in self.texts]
            self._open.append((tag, kinds))
            for kind in kinds:
                self.texts[kind].append("")
            if "value" in kinds:
                self.befores.append("")

    def handle_endtag(self, tag):
        self._separate(tag)
        if not self._open or self._open[-1][0] != tag:
            self.problems.append(f"</{tag}> closes {self._open[-1:]}")
        else:
            self._open.pop()

    def handle_data(self, data):
        if self._open and self._open[-1][0] == "style":
            self.style += data
            return
        if self._open and self._open[-1][0] == "title":
            return
        self.visible.append(data)
        tags = [tag for tag, _kinds in self._open]
        for kind in {kind for _tag, kinds in self._open for kind in kinds}:
            if "del" not in tags:
                self.texts[kind][-1] += data
            if "ins" not in tags and kind == "value":
                self.befores[-1] += data

    def handle_comment(self, data):
        self.problems.append(f"comment: {data}")

    def handle_decl(self, decl):
        if decl != "doctype html":
            self.problems.append(f"declaration: {decl}")

    def handle_pi(self, data):
        self.problems.append(f"instruction: {data}")

    def unknown_decl(self, data):
        self.problems.append(f"declaration: {data}")

    @property
    def text(self):
        """Return the visible text of the page on one line."""
        return " ".join("".join(self.visible).split())

    def _separate(self, tag):
        if tag not in INLINE:
            self.visible.append(" ")

    def decode_values(self):
        """Return the JSON values that the page shows, before and after changes. Skip other text, such as commands."""
        values = []
        for text in [*self.texts["value"], *self.befores]:
            try:
                values.append(json.loads(text))
            except ValueError:
                continue
        return values


def find_problems(page):
    """Return a line for each error in the structure of a page, and for markup that no template contains."""
    parsed = ParsedPage(page)
    problems = [*parsed.problems]
    known = {
        *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "footer", "section"),
        *("h1", "h2", "h3", "p", "ul", "ol", "li", "dl", "div", "dt", "dd", "pre", "code", "bdi", "br", "time"),
        *(
            "table",
            "caption",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "details",
            "summary",
            "a",
            "strong",
            "span",
            "del",
            "ins",
        ),
    }
    attributes = {
        *("lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "scope", "colspan"),
        *("data-label", "datetime", "aria-label", "aria-labelledby"),
    }
    problems += [f"element {tag}" for tag in parsed.tags - known]
    problems += [f"attribute {name}" for name in parsed.attributes - attributes]
    problems += [f"id {name} is repeated" for name in set(parsed.ids) if parsed.ids.count(name) > 1]
    problems += [f"link {link} leads nowhere" for link in parsed.links if link.removeprefix("#") not in parsed.ids]
    problems += [f"heading {text}" for text in re.findall(r"<h1.*?>", page)[1:]]
    return problems
