"""`tests/` mirrors the package: every module has a test file of its own name."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "mdm_opt"
MODULES = [
    path.relative_to(PACKAGE)
    for path in sorted(PACKAGE.rglob("*.py"))
    if not path.name.startswith("__") and "migrations" not in path.parts
]


def has_tests(module):
    tests = ROOT / "tests" / module.parent / f"test_{module.name}"
    return tests.is_file() and "def test_" in tests.read_text()


def test_every_module_has_a_test_file():
    assert len(MODULES) > 150
    assert [str(module) for module in MODULES if not has_tests(module)] == []


def test_no_module_is_longer_than_can_be_read_at_once():
    lines = {str(module): (PACKAGE / module).read_text().count("\n") for module in MODULES}
    assert {module: count for module, count in lines.items() if count > 400} == {}
