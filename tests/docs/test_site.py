"""The pages of docs/ as a site: it builds, and every link leads somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.parse
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

# 'make docs' builds the site, too; here it is looked at.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.stem for path in (ROOT / "docs").glob("*.md"))


class Tags(HTMLParser):
    """What a page of the site links to, loads, and has as places to link to."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loads, self.places = [], [], set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.places.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif tag in ("script", "img") and found.get("src"):
            self.loads.append(found["src"])
        elif tag == "link" and found.get("href"):
            self.loads.append(found["href"])


def build(folder, *options):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    return subprocess.run(
        [*command, *options],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def mkdocs():
    if find_spec("mkdocs") is None:
        reason = "mkdocs is not installed: the extra 'docs' brings it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def site(mkdocs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stderr
    return {path.relative_to(folder): Tags(path) for path in folder.rglob("*.html")}, folder


def test_every_page_is_there_and_the_readme_is_the_first(site):
    pages, folder = site
    assert {f"{name}.html" for name in [*PAGES, "index"]} <= {str(path) for path in pages}
    assert "What it found for the bundled model" in (folder / "index.html").read_text()
    navigation = set(pages[Path("index.html")].links)
    assert {f"{name}.html" for name in PAGES} <= navigation
    assert Path("repository/studies/index.html") in pages
    assert (folder / "repository" / "storage" / "slurm.sh").exists()
    assert not list(folder.rglob("*.py"))


def test_every_link_leads_to_a_page_and_a_place_that_there_are(site):
    pages, folder = site
    checked = 0
    for path, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or path.name in ("404.html", "search.html"):
                continue
            target = (folder / path.parent / parts.path).resolve() if parts.path else folder / path
            assert target.is_file(), (path, link)
            if parts.fragment and target.suffix == ".html":
                places = pages[target.relative_to(folder.resolve())].places
                assert urllib.parse.unquote(parts.fragment) in places, (path, link)
            checked += 1
    assert checked > 500


def test_nothing_is_loaded_from_elsewhere(site):
    pages, folder = site
    for path, page in pages.items():
        for name in page.loads:
            parts = urllib.parse.urlsplit(name)
            assert parts.scheme + parts.netloc == "", (path, name)
            assert path.name == "404.html" or (folder / path.parent / parts.path).is_file(), name


def test_references_stand_where_pages_have_their_mark(site):
    _, folder = site
    for name, shown in (("study-file", "trial_seconds"), ("cli", "mdm-opt study accept"),
                        ("python", "mdm_opt.TorchDenoiser")):  # fmt: skip
        text = (folder / f"{name}.html").read_text()
        assert shown in text
        assert "made at build time" not in text


@pytest.mark.parametrize("link", ["nowhere.md", "#nowhere", "../studies/nowhere.toml"])
def test_a_link_that_leads_nowhere_fails(mkdocs, tmp_path, link):
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# One\n\n[there]({link})\n")
    small = {key: settings[key] for key in ("site_name", "validation", "use_directory_urls")}
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump(small))
    done = build(tmp_path / "site", "--config-file", tmp_path / "mkdocs.yml")
    assert done.returncode != 0
    assert "nowhere" in done.stderr


def test_every_page_is_in_the_navigation():
    """Also where mkdocs is not installed."""
    text = (ROOT / "mkdocs.yml").read_text()
    assert re.findall(r"\b([\w-]+)\.md$", text, re.MULTILINE).count("index") == 1
    missing = [name for name in PAGES if f": {name}.md" not in text]
    assert missing == [], "each needs a line in nav of mkdocs.yml"
