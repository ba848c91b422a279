"""CITATION.cff: what format 1.2.0 asks for, and what the package says of itself."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

import mdm_opt

ROOT = Path(__file__).parents[2]
FILE = yaml.safe_load((ROOT / "CITATION.cff").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_it_has_what_its_format_requires():
    assert FILE["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(FILE)
    known = {"cff-version", "message", "title", "type", "version", "license", "authors"}
    assert set(FILE) <= known | {"keywords", "references"}
    assert FILE["type"] == "software"
    for reference in FILE["references"]:
        assert {"authors", "title", "type"} <= set(reference)


def test_authors_are_persons_or_entities():
    for one in (FILE, *FILE["references"]):
        for author in one["authors"]:
            assert set(author) in ({"name"}, {"family-names", "given-names"})
            assert all(isinstance(said, str) and said for said in author.values())


def test_it_says_what_the_package_says():
    assert FILE["version"] == mdm_opt.__version__
    assert FILE["license"] == PROJECT["license"]
    assert [author["name"] for author in FILE["authors"]] == ["mdm-opt developers"]
    assert set(FILE["keywords"]) <= set(PROJECT["keywords"])


def test_it_cites_the_paper():
    (paper,) = FILE["references"]
    assert paper["title"] == "Masked Diffusion Models as Energy Minimization"
    assert (paper["type"], paper["year"]) == ("conference-paper", 2025)
    assert paper["conference"] == {"name": "NeurIPS 2025"}
    assert re.search(r"arxiv\.org/abs/2509\.13866$", paper["url"])
    assert paper["authors"][0]["family-names"] == "Chen"
