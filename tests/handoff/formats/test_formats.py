"""What every format has in common: header, round trip, refusals, no way out of a comment."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from exported_schedules import COUNTED, SCHEDULES, content, exported, read_back, settings_of
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.candidates import ORDERS
from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import FORMATS, render
from mdm_opt.handoff.schedule_file import SCHEDULE_LINE, ExportedSchedule
from mdm_opt.processes.masked.order import CERTAINTIES

HOSTILE = 'x"\'\n#\r\nimport os\x85\u2028\u2029"""\\\x0c\x00{0}%s[/] -->\ud7ff é'


ANCESTRAL = exported(0.4, 0.26, 8, 64, reveal="ancestral")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", [*SCHEDULES, "ancestral"])
def test_every_format_is_read_back(name: str, kind: str, tmp_path: Path) -> None:
    schedule = {**SCHEDULES, "ancestral": ANCESTRAL}[kind]
    if kind == "ancestral" and name in COUNTED:
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


def hostile() -> ExportedSchedule:
    values = content(0.4, 0.26, 8, 64)
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
    schedule = hostile()
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
        can_guide = name in ("json", "llada", "dllm", "maskgit", "amused", "mmada")
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
    # No file has one that this version does not know.
    plain = exported(0.4, 0.26, 8, 64)
    odd = plain.model_copy(update={"sampler": plain.sampler.model_copy(update={"order": "best"})})
    for name in ("llada", "dllm", "dream", "sglang"):
        with pytest.raises(InputError, match=f"format {name}: sampler.order: 'best'"):
            render(odd, name)


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
