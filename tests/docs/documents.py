"""What the tests of the documentation read: the pages, their blocks of code, their tables and their sections."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
OWN_PAGES = [*PAGES, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def text(name: str) -> str:
    """Return the text of a page of `docs/`."""
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    return [body for found, body in _FENCE.findall(page.read_text(encoding="utf-8")) if found == language]


def headings(page: Path) -> list[str]:
    """Return the headings of a page, those inside blocks of code left out."""
    return _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """Return the anchors that the headings of a page make."""
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings(page)}


def links(page: Path) -> list[str]:
    """Return where the relative links of a page lead."""
    return _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def section(name: str, heading: str) -> str:
    """Return the text below a heading of second level, up to the next one; empty if there is none."""
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text(name), re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def rows(page: str) -> list[list[str]]:
    """Return the cells of every row of every table in a text, heads and rulers left out."""
    lines = [line for line in page.splitlines() if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line)]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
