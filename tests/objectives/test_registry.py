"""From [objective] tables to objectives, and references of a file."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from answering import Answering
from task_files import sums, written
from word_references import SETS, build, drawn, full_support_law, words

from mdm_opt import config
from mdm_opt.errors import InputError
from mdm_opt.models.base import Denoiser
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import toy_balanced
from mdm_opt.objectives.divergence import Divergence
from mdm_opt.objectives.judge_nll import JudgeNll
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.objectives.registry import Build, build_objective, read_references
from mdm_opt.objectives.sample_score import SampleScore
from mdm_opt.objectives.task import Task


@pytest.fixture(scope="module")
def denoiser() -> EnumeratedDenoiser:
    return EnumeratedDenoiser(full_support_law())


@pytest.mark.parametrize("extra", [0, 25])
def test_sets_of_instances_get_disjoint_references(
    denoiser: EnumeratedDenoiser, tmp_path: Path, extra: int
) -> None:
    lines = words(SETS.total + extra)
    (tmp_path / "references.txt").write_text("\n".join(lines) + "\n\n")
    found = drawn(denoiser, build(denoiser, tmp_path, "references.txt"))
    everything = [text for texts in found.values() for text in texts]
    assert len(everything) == len(set(everything)) == SETS.total
    assert set(everything) <= set(lines)
    assert everything[: len(lines)] != lines[: SETS.total]


def test_references_follow_the_seed(denoiser: EnumeratedDenoiser, tmp_path: Path) -> None:
    (tmp_path / "references.txt").write_text("\n".join(words(SETS.total)))
    first, again, other = (
        drawn(denoiser, build(denoiser, tmp_path, "references.txt", seed)) for seed in (3, 3, 4)
    )
    assert first == again
    assert first != other


def test_fingerprint_follows_the_references(denoiser: EnumeratedDenoiser, tmp_path: Path) -> None:
    lines = words(SETS.total)
    for name, content in (("first", lines), ("same", lines), ("changed", lines[::-1])):
        (tmp_path / name).write_text("\n".join(content))
    first, same, changed = (
        build(denoiser, tmp_path, name).fingerprint for name in ("first", "same", "changed")
    )
    assert first == same != changed
    assert build(denoiser, None, "model").fingerprint == ""


def refusal(denoiser: Denoiser, folder: Path, references: str) -> str:
    with pytest.raises(InputError) as caught:
        build(denoiser, folder, references)
    message = str(caught.value)
    assert message.startswith("[objective] references: ")
    assert "\n" not in message
    assert str(folder / references) in message
    return message


def test_too_few_references_are_refused(denoiser: EnumeratedDenoiser, tmp_path: Path) -> None:
    (tmp_path / "few.txt").write_text("\n".join([*words(SETS.total - 1), "", "   "]))
    message = refusal(denoiser, tmp_path, "few.txt")
    assert re.search(r"has 29 sequences; .* together need 30", message)


@pytest.mark.parametrize("bad", ["abcab", "abcabca", "abcabz"])
def test_references_that_do_not_fit_are_refused(
    denoiser: EnumeratedDenoiser, tmp_path: Path, bad: str
) -> None:
    (tmp_path / "bad.txt").write_text("\n".join([*words(SETS.total), bad]))
    assert f"'{bad}' is no sequence of 6" in refusal(denoiser, tmp_path, "bad.txt")


def test_missing_references_are_refused(denoiser: EnumeratedDenoiser, tmp_path: Path) -> None:
    assert "cannot read" in refusal(denoiser, tmp_path, "missing.txt")
    assert "cannot read" in refusal(denoiser, tmp_path, ".")


def test_references_that_are_no_text_are_refused(
    denoiser: EnumeratedDenoiser, tmp_path: Path
) -> None:
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    assert "cannot read" in refusal(denoiser, tmp_path, "binary.txt")


def test_references_are_tokens_of_the_lines_and_a_hash_of_them(
    denoiser: EnumeratedDenoiser, tmp_path: Path
) -> None:
    (tmp_path / "r.txt").write_text("abcabc\n\n  \ncccbaa\n")
    tokens, fingerprint = read_references("r.txt", "key", denoiser, tmp_path)
    assert tokens.tolist() == [[0, 1, 2, 0, 1, 2], [2, 2, 2, 1, 0, 0]]
    assert fingerprint == hashlib.sha256(b"abcabc\ncccbaa").hexdigest()
    (tmp_path / "s.txt").write_text("abcabc\nx")
    with pytest.raises(InputError, match=rf"^key: {tmp_path}/s.txt: 'x' is no sequence of 6"):
        read_references("s.txt", "key", denoiser, tmp_path)


JUDGE = config.EnumeratedModel(kind="enumerated", law="toy_balanced")


@pytest.mark.parametrize(
    ("table", "kind", "named"),
    [
        (
            config.ValidityObjective(kind="validity", verifier="sudoku"),
            SampleScore,
            ("validity", "maximize", "share"),
        ),
        (
            config.JudgeNllObjective(kind="judge_nll", judge=JUDGE),
            JudgeNll,
            ("judge_nll", "minimize", "nats/token"),
        ),
        (
            config.PathKlObjective(kind="path_kl"),
            PathKl,
            ("path_kl", "minimize", "nats/sequence"),
        ),
        (
            config.DivergenceObjective(kind="divergence", metric="kl"),
            Divergence,
            ("divergence", "minimize", "nats"),
        ),
        (
            config.PluginObjective(kind="builtins:sorted", direction="maximize", unit="points"),
            SampleScore,
            ("builtins:sorted", "maximize", "points"),
        ),
    ],
)
def test_every_table_becomes_its_objective(
    table: config.Table, kind: type, named: tuple[str, str, str]
) -> None:
    found = build_objective(table, Build(EnumeratedDenoiser(toy_balanced()), None, list, 0, 0))
    assert type(found) is kind
    assert (found.name, found.direction, found.unit) == named


def test_a_table_of_a_task_needs_a_model_that_takes_prompts(tmp_path: Path) -> None:
    table: Any = config.TaskObjective(kind="task", data="data.jsonl")
    written(tmp_path, sums(4))
    found = build_objective(table, Build(Answering(), tmp_path, list, 4, 0))
    assert type(found) is Task
    plain = Build(EnumeratedDenoiser(toy_balanced()), tmp_path, list, 4, 0)
    for refused in (table, config.LmEvalObjective(kind="lm_eval", task="t")):
        with pytest.raises(InputError, match=f"kind '{refused.kind}' needs a model that takes"):
            build_objective(refused, plain)
