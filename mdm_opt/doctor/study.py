"""The study of `mdm-opt doctor`: its file, its model, its objective."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mdm_opt.config import load_study_file, parse_study
from mdm_opt.doctor.checks import Check, Known
from mdm_opt.models.base import process_name
from mdm_opt.models.block_causal import attention_block
from mdm_opt.persistence.health import find_study, read_study
from mdm_opt.plugins import one_line
from mdm_opt.results.text import gain_words
from mdm_opt.sample_texts import picture
from mdm_opt.study.changes import check_same, source_is_known
from mdm_opt.study.present import check_arguments
from mdm_opt.study.problem import objective_of, problem_of
from mdm_opt.study.rehearsal import rehearse
from mdm_opt.study.stored_file import stored_study_file
from mdm_opt.words import counted

# Characters of a sample in a line.
_SHOWN = 60
# Tried where neither a study file nor a study is named.
_BUNDLED = {
    "study": {"name": "doctor"},
    "model": {"kind": "bundled"},
    "space": {"steps": [12]},
    "objective": {"kind": "validity", "verifier": "sudoku"},
}


def check_study(known: Known) -> Iterator[Check]:
    """Whether the study file is valid, and the one that the study was made from."""
    if known.path is not None:
        known.study_file = load_study_file(known.path)
        known.folder = Path(known.path).resolve().parent
        name = known.study_file.study.name
        if known.url is not None and known.readable:
            known.record = find_study(known.url, name)
        if known.record is None:
            yield Check("study", "ok", f"{name}: the file is valid; not in the database yet")
            return
        check_same(known.record, known.study_file)
        yield Check("study", "ok", f"{name}: the file is valid, and the study's own")
    elif known.name is not None:
        if known.url is None or not known.readable:
            found = f"{known.name} cannot be looked for: no database of this version's schema"
            yield Check("study", "fail", found, "see storage and schema above")
            return
        known.record = read_study(known.url, known.name)
        known.study_file = stored_study_file(known.record)
        known.folder = Path(known.record.folder)
        yield Check("study", "ok", f"{known.name}: made by mdm-opt {known.record.package_version}")


def check_model(known: Known) -> Iterator[Check]:
    """Whether the model loads, and is the one that the study was made with."""
    from mdm_opt.models.registry import build_model

    if not known.asked:
        known.study_file = parse_study(_BUNDLED, "doctor")
    if known.study_file is None:
        return
    denoiser = build_model(known.study_file.model, known.study_file.sampler, known.folder)
    known.study_file.check_length(denoiser.length, attention_block(denoiser))
    dtype = getattr(getattr(denoiser, "model", None), "dtype", None)
    precision = "" if dtype is None else f"{dtype} ".removeprefix("torch.")
    found = (
        f"{known.study_file.model.kind}: fingerprint {denoiser.fingerprint[:24]}, "
        f"{_size(denoiser)}, {precision}on "
        f"{denoiser.device}"
    )
    rule = getattr(denoiser, "text_rule", None)
    found += f", texts {rule}" if rule else ""
    attention = getattr(denoiser, "attention_words", None)
    found += f", {attention}" if attention else ""
    known.denoiser = denoiser
    was = known.record.model.fingerprint if known.record else denoiser.fingerprint
    if was == denoiser.fingerprint:
        yield Check("model", "ok", found)
    else:
        mend = "bring the study's model back, or make a study of another name"
        changed = f"{found}; the study was made with another, fingerprint {was[:24]}"
        yield Check("model", "fail", changed, mend)


def _size(model: Any) -> str:
    """How long sequences are, and of what."""
    if process_name(model) == "own":
        where = "behind a server" if model.is_served else f"asked by {model.sampler.words}"
        # One token stands for a model of which nobody says how long answers are.
        most = f" of at most {model.length} tokens" if model.length > 1 else ""
        return f"answers{most}, {where}"
    if process_name(model) == "births":
        return f"{counted(model.length, 'count')} from 0 to {model.max_count}"
    kernel = f", kernel {model.kernel}" if process_name(model) == "uniform" else ""
    return f"{counted(model.length, 'token')}, vocabulary {model.vocab_size}{kernel}"


def check_objective(known: Known) -> Iterator[Check]:
    """Whether the objective can be built, from what the study was made with."""
    if known.denoiser is None or known.study_file is None or not known.asked:
        return
    objective = objective_of(known.study_file, known.folder, known.denoiser)
    found = f"{objective.name} in {objective.unit}, {objective.direction}"
    problem = problem_of(known.study_file, known.denoiser, objective)
    if known.study_file.process == "own":
        check_arguments(known.study_file, known.denoiser)
    if known.record is not None and not source_is_known(known.record, problem):
        mend = (
            "bring them back, make a study of another name, or where its scores stay comparable: "
            f"mdm-opt study accept {known.record.name} --reason TEXT"
        )
        found += (
            "; its data, judge or function, or the model's code, are not those that the study was "
            "made with: "
            f"{known.record.objective_fingerprint[:24]}"
        )
        yield Check("objective", "fail", found, mend)
    else:
        known.problem = problem
        yield Check("objective", "ok", found)


def _shown(text: str) -> str:
    return "a picture" if picture(text) is not None else repr(one_line(text)[:_SHOWN])


def check_scores(known: Known) -> Iterator[Check]:
    """Whether a few samples can be scored, and what they look like."""
    if known.problem is None or known.study_file is None:
        return
    tried = rehearse(known.study_file, known.problem)
    scores = ", ".join(f"{score:.4g}" for score in tried.scores)
    texts = ", ".join(_shown(text) for text in tried.texts)
    found = f"{scores}" + (f" for {texts}" if texts else "")
    yield Check("scores", "ok", found)
    shown = gain_words(known.study_file, known.problem.objective.unit)
    if shown:
        yield Check("gain", "ok", shown)
