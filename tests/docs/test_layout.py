"""`tests/` mirrors the package: every module has a test file of its own name."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "mdm_opt"
MODULES = [
    path.relative_to(PACKAGE)
    for path in sorted(PACKAGE.rglob("*.py"))
    if not path.name.startswith("__") and "migrations" not in path.parts
]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_has_a_test_file(module):
    tests = ROOT / "tests" / module.parent / f"test_{module.name}"
    assert tests.is_file()
    assert "def test_" in tests.read_text()


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_is_no_longer_than_can_be_read_at_once(module):
    assert len((PACKAGE / module).read_text().splitlines()) <= 400
