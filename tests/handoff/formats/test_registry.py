"""The table of formats, and exporters of the user's own."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest
from exported_schedules import SCHEDULES

from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import (
    FORMATS,
    Artefact,
    Format,
    Target,
    format_named,
    kept_name,
    render,
    rendered_by,
)


def test_formats_are_found_by_their_names() -> None:
    for name, found in FORMATS.items():
        assert format_named(name) is found
        assert found.name == name
    suffixes = {name: found.suffix for name, found in FORMATS.items()}
    assert suffixes.pop("json") == ".json"
    assert suffixes.pop("sglang") == ".yaml"
    assert set(suffixes.values()) == {".py"}


def test_unknown_format_is_refused() -> None:
    with pytest.raises(InputError, match="--format: 'lada' is not accepted; accepted: json, "):
        format_named("lada")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_format.py").write_text(
        textwrap.dedent("""
        from mdm_opt.errors import InputError
        def counts(schedule): return f"{schedule.counts.tolist()}\\n"
        def number(schedule): return 7
        def broken(schedule): raise KeyError("no\\nsuch")
        def refusing(schedule): raise InputError("not this one")
        """)
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    sys.modules.pop("own_format", None)


@pytest.mark.usefixtures("own")
def test_own_exporter() -> None:
    counts = SCHEDULES["fixed"].counts.tolist()
    assert render(SCHEDULES["fixed"], "own_format:counts").text == f"{counts}\n"
    for name, message in (
        ("own_format:number", "--format: 'own_format:number' returned a int; accepted: str"),
        ("own_format:broken", "--format: 'own_format:broken' raised KeyError: 'no.*nsuch'"),
        ("own_format:refusing", "not this one"),
        ("own_format:missing", "--format: 'own_format' has no function 'missing'"),
        ("no_such_module_here:f", "--format: cannot import 'no_such_module_here'"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            render(SCHEDULES["fixed"], name)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="format own_format:counts: block_length: 8"):
        render(SCHEDULES["fixed"], "own_format:counts", block_length=8)


def test_what_a_format_of_ours_raises_is_not_laid_at_the_user_s_door() -> None:
    def broken(*_: object) -> Artefact:
        raise KeyError("ours")

    for name, error, message in (
        ("python", KeyError, "ours"),
        ("their:own", InputError, "--format: 'their:own' raised KeyError: 'ours'"),
    ):
        with pytest.raises(error, match=message):
            rendered_by(Format(name, "x", ".x", broken), SCHEDULES["fixed"], Target())


def test_names_fit_into_the_database() -> None:
    assert all(kept_name(name) == name and len(name) <= 16 for name in FORMATS)
    assert kept_name("a_rather_long_package.module:function") == "plug-in"
