"""What every format has in common: header, round trip, refusals, no way out of a comment."""

from __future__ import annotations

import ast
import inspect
import json
import shlex
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exported_schedules import content, exported, exported_free
from hypothesis import given, settings
from hypothesis import strategies as st

import mdm_opt
from mdm_opt.candidates import ORDERS, beta, counts_candidate
from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import FORMATS, curve, format_named, kept_name, render
from mdm_opt.handoff.schedule_file import SCHEDULE_LINE, ExportedSchedule
from mdm_opt.processes.masked.order import CERTAINTIES
from mdm_opt.schedules import BetaSchedule

HOSTILE = 'x"\'\n#\r\nimport os\x85\u2028\u2029"""\\\x0c\x00{0}%s[/] -->\ud7ff é'


def read_back(tmp_path: Path, text: str) -> ExportedSchedule:
    path = tmp_path / "artefact"
    path.write_text(text, encoding="utf-8")
    return mdm_opt.load_schedule(path)


SCHEDULES = {
    "fixed": exported(0.4, 0.26, 8, 64),
    "cumulative": exported(1.0, 0.2, 32, 64, rounding="cumulative"),
    "free": exported_free([9, 5, 2, 48]),
}
ANCESTRAL = exported(0.4, 0.26, 8, 64, reveal="ancestral")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", [*SCHEDULES, "ancestral"])
def test_every_format_is_read_back(name: str, kind: str, tmp_path: Path) -> None:
    schedule = {**SCHEDULES, "ancestral": ANCESTRAL}[kind]
    if kind == "ancestral" and name in ("llada", "sglang", "maskgit"):
        return
    found = render(schedule, name)
    assert read_back(tmp_path, found.text) == schedule
    assert len(found.use) == 3
    assert all(len(line) > 10 and "\n" not in line for line in found.use)


@settings(max_examples=40, deadline=None)
@given(
    betas=st.tuples(st.floats(0.05, 20), st.floats(0.05, 20)),
    steps=st.integers(1, 64),
    length=st.integers(1, 300),
    rounding=st.sampled_from(["full", "cumulative"]),
    name=st.sampled_from(sorted(FORMATS)),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
def test_round_trip_property(
    tmp_path_factory: pytest.TempPathFactory,
    betas: tuple[float, float],
    steps: int,
    length: int,
    rounding: str,
    name: str,
    text: str,
) -> None:
    values = content(*betas, steps, length, rounding=rounding)
    values["provenance"]["label"] = text
    schedule = ExportedSchedule.model_validate(values)
    folder = tmp_path_factory.mktemp("round")
    assert read_back(folder, render(schedule, name).text) == schedule


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "json"])
def test_header_says_what_it_is(name: str) -> None:
    text = render(SCHEDULES["fixed"], name).text
    comment = text[: text.index(SCHEDULE_LINE)]
    for expected in (
        "study toy, trial 7 (trial 7), seed 0, exported 2026-01-01T00:00:00+00:00",
        'model {"kind": "enumerated", "law": "sudoku4"}',
        "model fingerprint enumerated:abc",
        "schedule Beta(0.4, 0.26): 8 steps for 64 tokens, reveal fixed, rounding full; measured "
        "in order random at temperature 1.0",
        "result path_kl 1.5 [1.25, 1.75] nats/sequence (95% interval), to minimize; 64 instances, "
        "4 model calls: verified on fresh instances",
        "baseline linear 2 [1.9, 2.1], 4 steps, 4 model calls",
        "gain over linear 0.5 [0.4, 0.6]",
        'versions {"mdm_opt": "0.1.0"}',
    ):
        assert f"# {expected}\n" in comment
    for line in render(SCHEDULES["fixed"], name).use:
        assert f"#     {line}\n" in comment


def test_header_says_what_is_not_verified() -> None:
    values = content()
    values["result"] |= {"verified": False, "gain_over_linear": None}
    values["provenance"]["trial"] = None
    text = render(ExportedSchedule.model_validate(values), "python").text
    assert "NOT verified (search result)" in text
    assert "no trial" in text
    assert "gain over linear" not in text


def hostile(order: str) -> ExportedSchedule:
    values = content(0.4, 0.26, 8, 64)
    values["sampler"]["order"] = order
    values["result"] |= {"objective": HOSTILE, "unit": HOSTILE}
    values["result"]["baselines"] = {HOSTILE: values["result"]["baselines"]["linear"]}
    values["provenance"] |= {
        "study": HOSTILE,
        "label": HOSTILE,
        "model": {HOSTILE: [HOSTILE]},
        "model_fingerprint": HOSTILE,
        "study_file_hash": HOSTILE,
        "study_file": {HOSTILE: HOSTILE},
        "versions": {HOSTILE: HOSTILE},
        "git_hash": HOSTILE,
        "created_at": HOSTILE,
    }
    return ExportedSchedule.model_validate(values)


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_a_user_named_breaks_out_of_a_comment(name: str, tmp_path: Path) -> None:
    # The others refuse an order that they do not know.
    order = HOSTILE if name in ("json", "python", "mdlm", "maskgit") else "random"
    schedule = hostile(order)
    plain = render(SCHEDULES["fixed"], name, file="plain.x")
    found = render(schedule, name, file=HOSTILE.replace("\x00", "") + ".x")
    assert read_back(tmp_path, found.text) == schedule
    if name == "json":
        return
    assert found.text.isascii()
    assert code_of(found.text) == code_of(plain.text)
    if name == "sglang":
        yaml = pytest.importorskip("yaml")
        assert yaml.safe_load(found.text) == yaml.safe_load(plain.text)
    else:
        assert ast.dump(ast.parse(found.text)) == ast.dump(ast.parse(plain.text))
        compile(found.text, name, "exec")
    for line in found.use:
        assert len(line.splitlines()) == 1


def code_of(text: str) -> list[str]:
    """Everything but comments; str.splitlines knows every line end that any reader knows."""
    return [line for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("name", ["llada", "dllm", "mdlm", "dream", "maskgit", "python"])
def test_use_lines_are_python_and_import_the_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in ("mine_8.py", "mine-8.py", "class.py", "8.py", "it's.py", "schedule.py"):
        found = render(SCHEDULES["fixed"], name, file=file)
        ast.parse("\n".join(found.use))
    found = render(SCHEDULES["fixed"], "python", file="odd-name 8.py")
    (tmp_path / "odd-name 8.py").write_text(found.text)
    monkeypatch.syspath_prepend(str(tmp_path))
    names: dict[str, Any] = {"t": 0.5}
    exec("\n".join(found.use), names)  # noqa: S102
    assert SCHEDULES["fixed"].schedule.counts == names["schedule"].COUNTS
    sys.modules.pop("odd-name 8")


def test_json_is_the_canonical_file() -> None:
    found = render(SCHEDULES["fixed"], "json", file="mine-8.json")
    assert found.text == SCHEDULES["fixed"].to_json()
    assert "mdm_opt.load_schedule('mine-8.json')" in found.use[0]


def test_unknown_format_is_refused() -> None:
    with pytest.raises(InputError, match="--format: 'lada' is not accepted; accepted: json, "):
        format_named("lada")


def test_the_command_for_sglang_holds_whatever_the_file_is_called() -> None:
    file = "a b$(touch pwned).yaml"
    command = render(SCHEDULES["fixed"], "sglang", file=file).use[1]
    assert shlex.split(command)[-1] == file
    assert command.endswith("'a b$(touch pwned).yaml'")


@pytest.mark.parametrize("name", ["json", "python", "mdlm", "dream", "maskgit"])
def test_formats_without_blocks_refuse_them(name: str) -> None:
    assert render(SCHEDULES["fixed"], name, block_length=64)
    with pytest.raises(InputError, match=f"format {name}: block_length: 32 is not accepted"):
        render(SCHEDULES["fixed"], name, block_length=32)


@pytest.mark.parametrize("name", ["llada", "dllm", "sglang"])
def test_blocks_that_do_not_share_evenly_are_refused(name: str) -> None:
    schedule = exported(0.4, 0.26, 8, 96)
    for block_length in (12, 24, 48, 96):
        assert render(schedule, name, block_length=block_length)
    for block_length in (32, 5, 192, 1):
        message = (
            f"format {name}: block_length: {block_length} is not accepted for 8 steps over 96 "
            "tokens; accepted: 96, 48, 24, 12"
        )
        with pytest.raises(InputError, match=message):
            render(schedule, name, block_length=block_length)
    with pytest.raises(InputError, match="of the family 'free'; accepted: 64"):
        render(SCHEDULES["free"], name, block_length=32)
    # More steps than tokens in a block.
    with pytest.raises(InputError, match="4 is not accepted for 64 steps over 8 tokens"):
        render(exported(0.4, 0.26, 64, 8), name, block_length=4)


@pytest.mark.parametrize("name", ["llada", "dllm", "sglang"])
def test_blocks_are_stated_as_not_measured(name: str) -> None:
    found = render(SCHEDULES["fixed"], name, block_length=16)
    note = "in 4 blocks of 16 tokens it was not measured"
    assert any(note in each for each in found.notes)
    assert note in found.text
    assert "here in 4 blocks of 16 tokens, 2 steps each" in found.text
    assert not any("blocks" in each for each in render(SCHEDULES["fixed"], "llada").notes)


IN_BLOCKS = exported(0.4, 0.26, 8, 64, order="confidence", temperature=0.0, block_length=16)


@pytest.mark.parametrize("name", ["llada", "dllm", "sglang"])
def test_measured_blocks_are_exported_as_they_were_measured(name: str, tmp_path: Path) -> None:
    found = render(IN_BLOCKS, name)
    assert found.text == render(IN_BLOCKS, name, block_length=16).text
    assert not any("was not measured" in note for note in found.notes)
    assert "here in 4 blocks of 16 tokens, 2 steps each" in found.text
    assert "measured in order confidence at temperature 0.0, in blocks of 16 tokens" in found.text
    assert read_back(tmp_path, found.text) == IN_BLOCKS
    for block_length in (32, 64, 8):
        message = (
            f"format {name}: block_length: {block_length} is not accepted for 8 steps over 64 "
            "tokens; accepted: 16$"
        )
        with pytest.raises(InputError, match=message):
            render(IN_BLOCKS, name, block_length=block_length)
    one = exported(0.4, 0.26, 8, 64, block_length=64)
    assert not any("not measured" in note for note in render(one, name).notes)
    assert "blocks" not in " ".join(render(one, "llada").notes)


def test_measured_counts_are_those_of_every_block() -> None:
    counts = IN_BLOCKS.counts.reshape(4, 2)
    assert (counts == counts[0]).all()
    assert counts.sum() == 64
    text = render(IN_BLOCKS, "llada").text
    assert f"COUNTS = {counts[0].tolist()}\n" in text
    assert f"counts: {counts[0].tolist()}\n" in render(IN_BLOCKS, "sglang").text
    assert settings_of(text)["steps"] == 8


def test_json_keeps_measured_blocks(tmp_path: Path) -> None:
    for block_length in (None, 16):
        found = render(IN_BLOCKS, "json", block_length=block_length)
        assert read_back(tmp_path, found.text) == IN_BLOCKS
    assert json.loads(found.text)["schedule"]["block_length"] == 16
    message = "format json: block_length: 64 is not accepted, this format keeps the measured"
    with pytest.raises(InputError, match=message):
        render(IN_BLOCKS, "json", block_length=64)


@pytest.mark.parametrize("name", ["python", "mdlm", "dream", "maskgit"])
def test_formats_without_blocks_refuse_measured_ones(name: str) -> None:
    message = f"format {name}: the schedule was measured in blocks of 16 tokens, and this format"
    for block_length in (None, 16, 64):
        with pytest.raises(InputError, match=message):
            render(IN_BLOCKS, name, block_length=block_length)
    assert render(exported(0.4, 0.26, 8, 64, block_length=64), name)


def settings_of(text: str) -> dict[str, Any]:
    line = next(line for line in text.splitlines() if line.startswith("SETTINGS"))
    found: dict[str, Any] = ast.literal_eval(line.partition("= ")[2])
    return found


@pytest.mark.parametrize("guidance", [0.0, 1.5])
@pytest.mark.parametrize("end_last", [False, True])
def test_guidance_and_end_tokens_are_passed_on_or_stated(guidance: float, end_last: bool) -> None:
    schedule = exported(
        0.4, 0.26, 8, 64, order="confidence", temperature=0.0, guidance=guidance, end_last=end_last
    )
    plain = exported(0.4, 0.26, 8, 64, order="confidence", temperature=0.0)
    own = {"cfg_scale": guidance} if guidance else {}
    ends = {"confidence_eos_eot_inf": True} if end_last else {}
    llada, dllm = (settings_of(render(schedule, name).text) for name in ("llada", "dllm"))
    assert llada == settings_of(render(plain, "llada").text) | own | ends
    assert dllm == settings_of(render(plain, "dllm").text) | own
    # Fast-dLLM knows neither.
    assert (
        not {"cfg_scale", "confidence_eos_eot_inf"}
        & settings_of(render(plain, "llada").text).keys()
    )
    assert ("cond_scale=2.5" in render(schedule, "maskgit").use[2]) == bool(guidance)
    notes = {name: " ".join(render(schedule, name).notes) for name in FORMATS}
    for name in FORMATS:
        if name != "json":
            text = render(schedule, name).text
            assert (", with guidance 1.5" in text) == bool(guidance)
            assert (", with tokens that end the text last" in text) == end_last
        stated = (
            "classifier-free guidance of scale 1.5" in notes[name],
            "end the text" in notes[name],
        )
        can_guide = name in ("json", "llada", "dllm", "maskgit")
        can_end = name in ("json", "llada")
        assert stated == (bool(guidance) and not can_guide, end_last and not can_end)
    assert ("does not know cfg_scale" in notes["llada"]) == bool(guidance)
    assert ("begin_suppress_tokens" in notes["dllm"]) == end_last


def test_steps_without_tokens_are_stated_where_they_cost_a_call() -> None:
    empty = SCHEDULES["cumulative"].counts.tolist().count(0)
    assert empty > 0
    for name in ("llada", "dream"):
        found = render(SCHEDULES["cumulative"], name)
        assert any(f"{empty} of 32 steps reveal no token" in note for note in found.notes)
        assert f"{empty} of 32 steps reveal no token" in found.text
        notes = render(SCHEDULES["fixed"], name).notes
        assert not any("reveal no token" in note for note in notes)
    (use,) = [line for line in render(SCHEDULES["cumulative"], "sglang").use if "calls" in line]
    assert f"takes {32 - empty} model calls" in use


def test_another_sampler_is_stated() -> None:
    fixed = render(SCHEDULES["fixed"], "mdlm")
    assert any("ancestral" in note and "another sampler" in note for note in fixed.notes)
    assert "another sampler" in fixed.text
    assert not any("another sampler" in note for note in render(ANCESTRAL, "mdlm").notes)


def test_orders_that_differ_are_stated() -> None:
    assert ("random", *CERTAINTIES) == ORDERS
    for order, temperature, name, expected in (
        ("margin", 1.0, "llada", "measured in order margin"),
        ("entropy", 1.0, "dllm", "measured in order entropy"),
        ("confidence", 1.0, "llada", "agree at temperature 0"),
        ("confidence", 0.0, "llada", ""),
        ("random", 1.0, "llada", ""),
        ("confidence", 0.5, "dream", "at the sampling temperature"),
        ("margin", 1.0, "dream", ""),
        ("margin", 0.0, "dream", ""),
        ("random", 0.5, "mdlm", "temperature 1 only"),
        ("margin", 0.5, "maskgit", "measured in order margin at temperature 0.5"),
    ):
        schedule = exported(0.4, 0.26, 8, 64, order=order, temperature=temperature)
        notes = " ".join(render(schedule, name).notes)
        if expected:
            assert expected in notes
        else:
            assert "order" not in notes
            assert "ranks" not in notes
    odd = exported(0.4, 0.26, 8, 64, order="best")
    for name in ("llada", "dllm", "dream", "sglang"):
        with pytest.raises(InputError, match=f"format {name}: sampler.order: 'best'"):
            render(odd, name)


def test_settings_are_those_of_the_study() -> None:
    schedule = exported(0.4, 0.26, 8, 64, order="confidence", temperature=0.25)
    text = render(schedule, "llada", block_length=32).text
    assert settings_of(text) == {
        "steps": 8,
        "gen_length": 64,
        "block_length": 32,
        "temperature": 0.25,
        "remasking": "low_confidence",
    }


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


def test_names_fit_into_the_database() -> None:
    assert all(kept_name(name) == name and len(name) <= 16 for name in FORMATS)
    assert kept_name("a_rather_long_package.module:function") == "plug-in"


@pytest.mark.parametrize("count", [0, 2])
def test_kept_json_must_be_there_once(count: int, tmp_path: Path) -> None:
    text = render(SCHEDULES["fixed"], "python").text
    (line,) = [line for line in text.splitlines() if line.startswith(SCHEDULE_LINE)]
    with pytest.raises(InputError, match="is no valid JSON"):
        read_back(tmp_path, text.replace(line, "\n".join([line] * count)))


def test_kept_json_is_validated(tmp_path: Path) -> None:
    text = render(SCHEDULES["fixed"], "llada").text
    start = text.index(SCHEDULE_LINE) + len(SCHEDULE_LINE)
    values = json.loads(text[start : text.index("\n", start)])
    values["schedule"]["counts"][0] += 1
    changed = SCHEDULE_LINE + json.dumps(values)
    with pytest.raises(InputError, match=r"schedule\.counts contradict"):
        read_back(tmp_path, changed)
    with pytest.raises(InputError, match="is no valid JSON"):
        read_back(tmp_path, changed[:-1])


@settings(max_examples=200, deadline=None)
@given(
    a=st.floats(0.05, 20),
    b=st.floats(0.05, 20),
    # Below the normal numbers there are not enough digits to compare.
    progress=st.floats(0, 1, allow_subnormal=False),
)
def test_plain_python_schedule_is_the_schedule(a: float, b: float, progress: float) -> None:
    schedule = BetaSchedule(a, b)
    share, rest = curve.incomplete_beta(progress, a, b)
    assert share == pytest.approx(float(schedule.interpolation(progress)), rel=1e-11, abs=1e-300)
    wanted = float(schedule.remaining_interpolation(progress))
    assert rest == pytest.approx(wanted, rel=1e-9, abs=1e-15)
    revealed = curve.beta_revealed(progress, a, b)
    assert revealed == pytest.approx(float(schedule.revealed(progress)), rel=1e-10, abs=1e-15)
    if 1e-9 < progress < 1 - 1e-9:
        speed = curve.beta_speed(progress, a, b)
        alpha, masked = schedule.revealed(progress), schedule.masked(progress)
        wanted = float(np.sqrt(schedule.angular_speed_squared(progress) * alpha * masked))
        assert speed == pytest.approx(wanted, rel=1e-6, abs=1e-12)


def test_copied_source_needs_nothing() -> None:
    for candidate in (beta(0.4, 0.26, 4), counts_candidate((4, 8, 2, 2))):
        found = curve.curve(candidate, "VALUES", speed=True)
        names: dict[str, Any] = {name: __import__(name) for name in found.imports}
        exec(found.source, names)  # noqa: S102
    assert "import" not in inspect.getsource(curve.incomplete_beta)
