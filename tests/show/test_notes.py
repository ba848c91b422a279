"""Markdown about a study and its trials."""

from __future__ import annotations

from dataclasses import replace

from pages import png

from mdm_opt.persistence import Progress
from mdm_opt.results.text import markdown
from mdm_opt.show.notes import (
    LONGEST_SAMPLE,
    guard_words,
    model_words,
    study_note,
    trial_note,
    value_words,
)


def test_a_trial_note_says_what_the_trial_was(found):
    record = found.trials[0]
    note = trial_note(found, record, ["1234", png(), "x" * (LONGEST_SAMPLE + 1)])
    assert f"| schedule | {record.candidate.label} |" in note
    assert f"| seed | {markdown(record.label)} |" in note
    assert f"± {record.standard_error:.2g} standard error" in note
    assert " ".join(map(str, found.counts(record))) in note
    assert "```text\n1234\n```" in note
    # A picture is an artifact; a long text is cut.
    assert "base64" not in note
    assert f"[{LONGEST_SAMPLE + 1} characters]" in note
    assert "x" * (LONGEST_SAMPLE + 1) not in note


def test_a_trial_note_names_missed_guards_and_lost_races(found):
    record = found.trials[0]
    missed = replace(record, feasible=False, guards={"entropy": 0.25, "other": -1.0})
    note = trial_note(found, missed, [])
    assert "INFEASIBLE: misses entropy by 0.25" in note
    assert "other" not in note
    lost = replace(record, stopped_early=True, rival_number=7)
    assert "Lost its race against trial 7" in trial_note(found, lost, [])


def test_only_the_best_trials_are_called_best(found):
    best_numbers = set(found.best_trials().values())
    assert len(best_numbers) == 2
    for record in found.trials:
        note = trial_note(found, record, [])
        assert ("The best trial" in note) == (record.trial_number in best_numbers)


def test_a_study_note_says_how_far_it_is(found):
    note = study_note(replace(found, progress=Progress(10, 10, 0, 0)))
    assert note.startswith("**validity in share (more is better)**\n\n10 of 10 trials finished. ")
    note = study_note(replace(found, progress=Progress(10, 7, 2, 1)))
    assert "\n\n7 of 10 trials finished, 2 running, 1 given up. Model " in note
    best = found.best_trials()
    assert note.endswith(
        "Best of the search by its model, not by luck: "
        f"4 steps: trial {best[4]}; 8 steps: trial {best[8]}."
    )
    empty = study_note(replace(found, result=None))
    assert empty.endswith("\n\nNo feasible trial is finished yet.")


def test_a_model_is_named_by_what_the_study_file_says_of_it(found):
    assert model_words(found) == "enumerated sudoku4, 16 tokens"
    source = {"kind": "huggingface", "path": "a/b", "revision": "1f", "length": 8, "dtype": "auto"}
    model = replace(found.record.model, source=source, length=8)
    other = replace(found, record=replace(found.record, model=model))
    assert model_words(other) == "huggingface a/b 1f, 8 tokens"


def test_values_have_their_error_unless_they_are_exact(found):
    record = found.trials[0]
    assert value_words(found, record).endswith(f"± {record.standard_error:.2g} standard error")
    exact = replace(found, record=replace(found.record, deterministic=True))
    assert value_words(exact, record) == f"{record.value:.6g}, exact"


def test_guards_that_hold_are_not_spoken_of(found):
    record = found.trials[0]
    assert guard_words(replace(record, guards={})) == ""
    assert guard_words(replace(record, guards={"entropy": 0.0, "other": -1.0})) == ""
    missed = replace(record, guards={"first": 0.5, "second": -0.1, "third": 0.25})
    assert guard_words(missed) == "INFEASIBLE: misses first by 0.5, third by 0.25"
