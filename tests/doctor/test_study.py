"""The study of mdm-opt doctor: its file, its model, its objective."""

from __future__ import annotations

import pytest
from examined import NAMES, contents, examined
from study_files import SUDOKU4, database, write_study

from mdm_opt.study.opening import create_study
from mdm_opt.tuning import tune


def test_a_study_file_of_no_study_yet(tmp_path):
    path = write_study(tmp_path, steps="[4, 8]")
    before = contents(tmp_path)
    found = examined(path)
    assert found["study"].found == "sudoku4: the file is valid; not in the database yet"
    assert found["model"].found.startswith("enumerated: fingerprint enumerated:")
    assert found["objective"].found == "validity in share, maximize"
    assert "(6 trials x 16 instances x 6 steps)" in found["speed"].found
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("change", "name", "said"),
    [
        (("steps = [4]", "steps = [0]"), "study", "[space] steps.0: 0 is not accepted"),
        (("steps = [4]", "steps = [17]"), "model", "steps: 17 is not accepted"),
        (
            ('kind = "enumerated"\nlaw = "sudoku4"',
             'kind = "huggingface"\npath = "./nowhere"\nlength = 4'),
            "model",
            "'./nowhere' is no folder",
        ),
        (
            ('kind = "validity"\nverifier = "sudoku"',
             'kind = "nowhere_at_all:f"\ndirection = "maximize"'),
            "objective",
            "cannot import 'nowhere_at_all'",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_study_file_is_said(tmp_path, change, name, said):
    before, after = change
    assert before in SUDOKU4
    path = write_study(tmp_path, SUDOKU4.replace(before, after))
    kept = contents(tmp_path)
    found = examined(path, code=1)
    assert found[name].status == "fail"
    assert said in found[name].found
    assert found["schema"].status == "ok"
    assert contents(tmp_path) == kept


def test_a_missing_study_file_and_an_unknown_study_are_said(made):
    path, url = made
    found = examined(path.with_name("none.toml"), code=1)
    assert found["study"].found.startswith("cannot read study file")
    assert "model" not in found
    found = examined("--study", "other", "--storage", url, code=1)
    assert found["study"].found == "no study 'other' in this database; there are: sudoku4"
    found = examined("--study", "other", code=1)
    assert found["study"].found.startswith("other cannot be looked for")


def test_a_changed_study_file_and_a_changed_model_are_said(tmp_path):
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from mdm_opt.models.laws import EnumeratedLaw\n\n"
        "def law(path):\n"
        "    weight = float(Path(path).read_text())\n"
        "    outcomes = np.array([[0, 1], [1, 0]])\n"
        "    return EnumeratedLaw(outcomes, np.array([weight, 1 - weight]), 'ab')\n"
    )
    (tmp_path / "weight.txt").write_text("0.25")
    text = SUDOKU4.replace(
        'law = "sudoku4"', f'law = "{name}:law"\noptions = {{ path = "{tmp_path}/weight.txt" }}'
    )
    path, url = write_study(tmp_path, text, steps="[2]"), database(tmp_path)
    create_study(path, url).repository.close()
    assert examined(path, "--storage", url)["model"].status == "ok"
    (tmp_path / "weight.txt").write_text("0.5")
    found = examined("--study", "sudoku4", "--storage", url, code=1)
    assert "the study was made with another, fingerprint enumerated:" in found["model"].found
    assert found["model"].mend
    assert found["objective"].status == "ok"
    write_study(tmp_path, text, steps="[1]")
    found = examined(path, "--storage", url, code=1)
    assert "[space] steps was [2], is [1]" in found["study"].found


def test_a_study_that_was_tuned_from_python_says_so(tmp_path):
    from mdm_opt.models.enumerated import EnumeratedDenoiser
    from mdm_opt.models.laws import LAWS

    def metric(texts):
        return [len(set(text)) for text in texts]

    tune(
        EnumeratedDenoiser(LAWS["sudoku4"]()), metric, steps=4, trials=2, instances=2,
        verify_instances=2, top=1, storage="kept.db", name="mine", seeds=["energy"],
    )  # fmt: skip
    found = examined("--study", "mine", "--storage", "kept.db", code=1)
    assert found["study"].status == "ok"
    assert "was tuned from Python" in found["model"].found
