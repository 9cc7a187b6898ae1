"""The readable text of a web page."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_LEFT_OUT = [
    "nav",
    "footer",
    "aside",
    "button",
    "select",
    "iframe",
    "noscript",
    "[role=navigation]",
    "[aria-hidden=true]",
]


def page_text(page: str, url: str) -> str:
    """The title and the content of a page, without its navigation, scripts and styles.

    Args:
        page: The HTML.
        url: Where it comes from; links in the text are made absolute.

    Returns:
        Markdown where html-to-markdown is installed (the extra `tools`), plain text otherwise.
    """
    page = page.encode("utf-8", "replace").decode()  # a lone surrogate can come from a broken encoding
    title = re.search(r"<title[^>]*>(.*?)</title", page, re.IGNORECASE | re.DOTALL)
    heading = f"{' '.join(html.unescape(title[1]).split())}\n\n" if title else ""
    return f"{heading}{_content(page, url)}".strip()


def _content(page: str, url: str) -> str:
    try:
        from html_to_markdown import ConversionOptions, PreprocessingOptions, convert
    except ImportError:
        return _plain(page)
    options = ConversionOptions(
        extract_metadata=False,
        skip_images=True,
        base_url=url,
        exclude_selectors=_LEFT_OUT,
        preprocessing=PreprocessingOptions(remove_forms=False),  # some sites wrap the whole page in one
    )
    return convert(page, options).content or ""


def _plain(page: str) -> str:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects the texts that a reader sees."""

    silent = frozenset(("head", "script", "style", "template", "nav", "footer", "aside", "noscript", "svg"))
    silent |= frozenset(("button", "select"))
    inline = frozenset(("a", "abbr", "b", "code", "em", "i", "kbd", "label", "mark", "q", "s", "small", "span"))
    inline |= frozenset(("strong", "sub", "sup", "time", "u", "var", "wbr", "font", "cite"))

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.silent:
            self._inside.append(tag)
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:  # whatever was left open in between ends as well
            del self._inside[self._inside.index(tag) :]
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.pieces.append(data.replace("\n", " "))

    def _part(self, tag: str) -> None:
        if not self._inside and tag not in self.inline:
            self.pieces.append(" " if tag in ("td", "th") else "\n- " if tag == "li" else "\n")
