"""Hooks of MkDocs: what the site has beside the pages of docs/, all of it made at build time.

README.md is the first page. Files of the repository that pages link to are pages and files of the
site, too, so that links work in both places. In place of ``<!-- made at build time: NAME -->``
stands a reference that is made from the code.
"""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# The references are those of this checkout.
sys.path.insert(0, str(ROOT))

import reference_commands  # noqa: E402
import reference_keys  # noqa: E402
import reference_python  # noqa: E402
from mkdocs.structure.files import File, InclusionLevel  # noqa: E402
from pygments.formatters import HtmlFormatter  # noqa: E402

MADE: dict[str, Callable[[], str]] = {
    "keys": reference_keys.page,
    "commands": reference_commands.page,
    "python": reference_python.page,
}
HOME = "README.md"
# Where files of the repository lie in the site.
BESIDE = "repository"
_MARK = re.compile(r"^<!-- made at build time: (\w+) -->$", re.MULTILINE)
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
# Cells of the theme do not break their lines.
_WIDE_TABLES = """\
.wy-nav-content { max-width: 1100px; }
.wy-table-responsive table td, .wy-table-responsive table th { white-space: normal; }"""
_LINK = re.compile(r"(\]\()([^)\s]+)(\))")


def place_in_site(path: str) -> str:
    """Where a file of the repository lies in the site; both paths from the root."""
    if path == HOME:
        return "index.md"
    folder, _, rest = path.partition("/")
    return rest if folder == "docs" else f"{BESIDE}/{path}"


def place_in_repository(uri: str) -> str:
    """Where a file of the site lies in the repository."""
    if uri == "index.md":
        return HOME
    folder, _, rest = uri.partition("/")
    return rest if folder == BESIDE else f"docs/{uri}"


def linked(page: str, target: str) -> str | None:
    """The file of the repository that a page links to.

    Args:
        page: path of the page in the repository.
        target: of the link, without its fragment.

    Returns:
        Its path; None for an address, and for what is not there.
    """
    if not target or "://" in target or target.startswith("mailto:"):
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
    return path if (ROOT / path).is_file() else None


def _links(text: str) -> Iterator[str]:
    for part in _CODE.split(text)[::2]:
        for found in _LINK.finditer(part):
            yield found[2].partition("#")[0]


def files_beside() -> list[str]:
    """The files of the repository outside docs/ that pages lead to, one after the other."""
    left = [HOME, *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
    found: list[str] = []
    seen = set(left)
    while left:
        page = left.pop(0)
        if not page.startswith("docs/"):
            found.append(page)
        if not page.endswith(".md"):
            continue
        targets = [linked(page, target) for target in _links((ROOT / page).read_text())]
        new = [one for one in dict.fromkeys(targets) if one is not None and one not in seen]
        seen.update(new)
        left += new
    return found


def with_links_of_the_site(text: str, page: str) -> str:
    """A page whose links lead where the files lie in the site.

    Args:
        text: Markdown.
        page: path of the page in the repository.
    """
    here = posixpath.dirname(place_in_site(page))

    def replaced(found: re.Match[str]) -> str:
        target, mark, fragment = found[2].partition("#")
        path = linked(page, target)
        if path is None:
            return found[0]
        to = posixpath.relpath(place_in_site(path), here or ".")
        return f"{found[1]}{to}{mark}{fragment}{found[3]}"

    parts = _CODE.split(text)
    parts[::2] = [_LINK.sub(replaced, part) for part in parts[::2]]
    return "".join(parts)


def on_files(files: Any, config: Any) -> Any:
    """Adds the files beside docs/, and the style of tables and code."""
    for path in files_beside():
        uri = place_in_site(path)
        files.append(
            File.generated(
                config, uri, abs_src_path=str(ROOT / path), inclusion=InclusionLevel.NOT_IN_NAV
            )
        )
    colours = HtmlFormatter(style="friendly").get_style_defs(".codehilite")
    files.append(File.generated(config, "site.css", content=f"{_WIDE_TABLES}\n{colours}\n"))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Puts the references in their places, and leads links to the files of the site."""
    path = place_in_repository(page.file.src_uri)
    text = _MARK.sub(lambda found: MADE[found[1]](), markdown)
    return with_links_of_the_site(text, path)
