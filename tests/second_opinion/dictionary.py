"""What teams call events: the tables of docs/dictionary.md."""

from pathlib import Path

from names import plain

DOCS = Path(__file__).parents[2] / "docs" / "dictionary.md"


def rows():
    """Canonical name, whether it has a meaning of its own (bold), and what it is heard under."""
    for line in DOCS.read_text(encoding="utf-8").split("\n## ")[1].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 2 and not cells[0].startswith(("-", "canonical")):
            yield cells[0].strip("*"), cells[0].startswith("**"), [name for name in cells[1].split(", ") if name]


def heard_as(named):
    """Another name = the canonical one, for a model that names these: it keeps what it names in its own words. Of several rows the first."""
    heard = {}
    for canonical, is_bold, others in rows():
        if is_bold or plain(canonical) in named:
            for other in map(plain, others):
                if other not in named:
                    heard.setdefault(other, plain(canonical))
    return heard
