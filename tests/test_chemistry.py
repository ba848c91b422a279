"""Chemical validity of texts by RDKit."""

from __future__ import annotations

import importlib.util
import os
import sys

import pytest

from mdm_opt import chemistry
from mdm_opt.chemistry import are_molecules, are_reactions
from mdm_opt.errors import InputError


@pytest.fixture
def rdkit():
    absent = importlib.util.find_spec("rdkit") is None
    if absent and os.environ.get("CI") != "true":
        pytest.skip("package rdkit is not installed")


@pytest.mark.parametrize(
    ("text", "molecules", "reaction"),
    [
        ("CC(=O)O.OCC>>CC(=O)OCC", True, True),
        ("c1ccccc1", True, False),
        ("C.[Na+].[OH-]", True, False),
        # Carbon with five bonds, a ring and a branch that stay open, two arrows.
        ("C(C)(C)(C)(C)C>>C", False, False),
        ("c1ccccc", False, False),
        ("C(=O", False, False),
        ("C>>C>>C", False, False),
        (">>C", False, False),
        ("C>>", False, False),
        ("", False, False),
    ],
)
def test_what_is_valid(rdkit, capfd, text, molecules, reaction):
    assert are_molecules([text, "C"]) == [molecules, True]
    assert are_reactions(["C>>C", text]) == [True, reaction]
    # RDKit says nothing.
    assert capfd.readouterr().err == ""


def test_absent_rdkit_is_named_with_its_extra(monkeypatch):
    chemistry._parser.cache_clear()
    monkeypatch.setitem(sys.modules, "rdkit", None)
    with pytest.raises(InputError, match=r"needs RDKit: pip install 'mdm-opt\[chemistry\]'"):
        are_molecules(["C"])
