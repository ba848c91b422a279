"""What every backend keeps to: studies, models, measurements, scores, exports."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from records import MODEL, measurement, study_record
from sqlalchemy import event, text

from mdm_opt.candidates import Candidate, baseline, beta, counts_candidate
from mdm_opt.errors import InputError
from mdm_opt.persistence import (
    ModelRecord,
    NoStudies,
    Repository,
    TrialQueue,
    VerificationParts,
)
from mdm_opt.persistence.candidates import candidate_row
from mdm_opt.persistence.measurements import measurement_row
from mdm_opt.persistence.tables import Base
from mdm_opt.sample_texts import storable
from mdm_opt.statistics import MOST_SCORE

# SQLite has no negative zero; adding zero turns it into a positive one.
FINITE = st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0)
# Larger ones are refused before they are kept.
SCORES = st.lists(FINITE.filter(lambda score: abs(score) <= MOST_SCORE), min_size=1, max_size=20)


def search(repository, name="s", number=0, **changes):
    """Keeps a search measurement the only way there is: by finishing a trial with it."""
    queue = TrialQueue(repository, name)
    have = len(queue.trials())
    queue.plan([], [8], have + 1)
    worker = queue.workers.register("here", 1, "cpu", "0", 60.0)
    trial = queue.claim(worker)
    record = measurement(trial_number=number, worker_id=worker, **changes)
    queue.begin(trial, record.candidate)
    assert queue.finish(trial, worker, record)
    queue.workers.end(worker, "finished")
    return record


def rows(repository, table):
    with repository.transaction() as session:
        return session.scalar(text(f"select count(*) from {table}"))  # noqa: S608


def test_studies_and_models_come_back_as_they_were(repository):
    model = ModelRecord("g", {"kind": "x", "options": {"a": [1, 2.5, None]}}, "masked", 7, 3)
    other = study_record(
        "other", model=model, direction="maximize", deterministic=True, folder="/ü/'\"\\"
    )
    repository.add_study(other)
    assert repository.studies() == [study_record(), other]
    assert repository.study("other") == other
    assert repository.find_study("nobody") is None
    repository.update_study_file("s", {"space": {"steps": [4]}}, "/elsewhere")
    changed = study_record(study_file={"space": {"steps": [4]}}, folder="/elsewhere")
    assert repository.study("s") == changed


def test_unknown_study_names_those_there_are(repository):
    with pytest.raises(InputError, match="no study 'x' in this database; there are: s"):
        repository.study("x")
    with pytest.raises(InputError, match="no study 'x' in this database"):
        TrialQueue(repository, "x")


def test_a_name_is_taken_once(repository):
    with pytest.raises(InputError, match=r"(?i)unique"):
        repository.add_study(study_record())
    assert len(repository.studies()) == 1


def test_opening_makes_nothing_unless_asked_to(url):
    with pytest.raises(NoStudies):
        Repository(url, create=False)
    Repository(url, create=True).close()
    Repository(url, create=False).close()


def test_measurements_come_back_bit_for_bit(repository):
    search(repository)
    (found,) = repository.measurements("s")
    np.testing.assert_array_equal(found.scores, measurement().scores)
    np.testing.assert_array_equal(found.calls, measurement().calls)
    for field in ("candidate", "guards", "nfe", "label", "sequence_calls"):
        assert getattr(found, field) == getattr(measurement(), field)
    assert (found.trial_number, found.feasible, found.seconds) == (0, True, 0.25)
    assert found.worker_id is not None
    assert found.value == measurement().scores.mean()
    assert found.standard_error == pytest.approx(measurement().scores.std(ddof=1) / 3**0.5)
    assert found.samples == ()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SCORES, FINITE, FINITE)
def test_every_number_that_a_study_may_keep_comes_back_bit_for_bit(
    repository, scores, seconds, guard
):
    scores = np.array(scores)
    # Parameters of candidates are positive.
    candidate = beta(abs(seconds) or 1.0, 0.5, 8)
    record = measurement(
        role="verification",
        scores=scores,
        seconds=seconds,
        guards={"g": guard},
        candidate=candidate,
    )
    repository.replace_verification("s", 8, [record])
    (found,) = repository.measurements("s", ["verification"])
    assert found.scores.tobytes() == scores.tobytes()
    parameter = found.candidate.parameters["beta_a"]
    kept = np.array([found.seconds, parameter, found.guards["g"]])
    given = candidate.parameters["beta_a"]
    assert kept.tobytes() == np.array([seconds, given, guard]).tobytes()


def samples_of(repository, role, name="s"):
    """Samples by the label of their measurement."""
    labels = {m.id: m.label for m in repository.measurements(name, [role])}
    found = repository.samples(name)
    return {labels[key]: texts for key, texts in found.items() if key in labels}


def test_samples_come_back_in_the_order_of_instances(repository):
    repository.add_study(study_record("other"))
    texts = [f"text {index}" for index in range(12)]
    search(repository, samples=tuple(texts))
    search(repository, number=1, label="none")
    search(repository, number=2, label="third", samples=("", "ü\n'\"\\%s:x", "😀"))
    search(repository, "other", samples=("theirs",))
    found = samples_of(repository, "search")
    assert found == {"l": texts, "third": ["", "ü\n'\"\\%s:x", "😀"]}
    assert list(repository.samples("other").values()) == [["theirs"]]
    assert repository.samples("nobody") == {}


def test_samples_of_chosen_measurements_of_the_study_only(repository):
    repository.add_study(study_record("other"))
    for number in range(3):
        search(repository, number=number, samples=(str(number),))
    search(repository, "other", samples=("theirs",))
    first, second, third = (m.id for m in repository.measurements("s"))
    (theirs,) = (m.id for m in repository.measurements("other"))
    assert repository.samples("s", [third, first, theirs]) == {first: ["0"], third: ["2"]}
    assert repository.samples("s", {second}) == {second: ["1"]}
    assert repository.samples("s", []) == {}
    assert list(repository.samples("s")) == [first, second, third]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(st.characters(exclude_categories=[])), max_size=4))
@example(["a\x00b\ud800", "\U0010ffff\ufffe"])
def test_every_text_is_kept_as_far_as_a_database_can_hold_it(repository, texts):
    record = measurement(role="verification", samples=tuple(texts))
    repository.replace_verification("s", 8, [record])
    kept = [storable(text) for text in texts]
    assert samples_of(repository, "verification") == ({"l": kept} if texts else {})


def test_a_text_that_is_too_long_is_replaced(repository):
    search(repository, samples=("x" * 1_000_000, "x" * 1_000_001))
    ((whole, replaced),) = repository.samples("s").values()
    assert len(whole) == 1_000_000
    assert replaced == "[not kept: 1000001 characters, more than 1000000]"


def test_measurements_are_read_without_their_samples(repository):
    search(repository, samples=("a", "b"))
    asked = []
    event.listen(
        repository.engine, "before_cursor_execute", lambda *given: asked.append(given[2].lower())
    )
    (found,) = repository.measurements("s")
    assert found.samples == ()
    assert asked
    assert not [statement for statement in asked if "mdm_samples" in statement]


def test_value_and_error_can_be_asked_in_sql(repository):
    search(repository)
    with repository.transaction() as session:
        value, error, mean = session.execute(
            text(
                "select m.value, m.standard_error, avg(s.score) from mdm_measurements m "
                "join mdm_scores s on s.measurement_id = m.id "
                "group by m.id, m.value, m.standard_error"
            )
        ).one()
    assert value == pytest.approx(mean)
    assert error == pytest.approx(measurement().standard_error)


def test_a_trial_is_measured_once(repository):
    search(repository)
    again = measurement(label="again", trial_number=0)

    def keep():
        with repository.transaction() as session:
            study = repository.row(session, "s").id
            session.add(measurement_row(study, again, candidate_row(study, again.candidate)))

    with pytest.raises(InputError, match=r"(?i)unique"):
        keep()
    assert [m.label for m in repository.measurements("s")] == ["l"]
    assert rows(repository, "mdm_scores") == 3


def test_a_new_verification_replaces_that_of_its_budget_only(repository):
    search(repository)
    for budget in (8, 16):
        records = [measurement(role="verification", budget_steps=budget)]
        repository.replace_verification("s", budget, records)
    samples = [f"of {label}" for label in ("old", "new")]
    for text_of_one in samples:
        record = measurement(role="verification", label="new", samples=(text_of_one,))
        repository.replace_verification("s", 8, [record])
    assert samples_of(repository, "verification") == {"new": ["of new"]}
    assert rows(repository, "mdm_samples") == 1
    found = [(m.role, m.budget_steps, m.label) for m in repository.measurements("s")]
    assert found == [("search", 8, "l"), ("verification", 16, "l"), ("verification", 8, "new")]
    # An id is never given again, or a verification could look older than the search it follows.
    ids = [m.id for m in repository.measurements("s")]
    assert ids == sorted(ids)
    assert ids[-1] == 5


def test_measurements_are_asked_for_by_study_and_role(repository):
    repository.add_study(study_record("other"))
    search(repository)
    search(repository, "other", label="theirs")
    repository.replace_verification("s", 8, [measurement(role="selection")])
    assert [m.label for m in repository.measurements("other")] == ["theirs"]
    assert [m.role for m in repository.measurements("s", ["selection"])] == ["selection"]
    assert len(repository.measurements("s", ["search"])) == 1


def test_what_a_race_left_comes_back_bit_for_bit(repository):
    raced = {"rival_number": 0, "paired_value": 1 / 3, "paired_error": 5e-324}
    search(repository)
    search(repository, number=1, scores=np.zeros(2), stopped_early=True, **raced)
    search(repository, number=2, **(raced | {"paired_error": 0.0}))
    first, lost, won = repository.measurements("s")
    none = (first.rival_number, first.paired_value, first.paired_error, first.stopped_early)
    assert none == (None, None, None, False)
    assert {key: getattr(lost, key) for key in raced} == raced
    assert (lost.stopped_early, len(lost.scores)) == (True, 2)
    assert (won.paired_error, won.stopped_early) == (0.0, False)


def test_what_is_known_is_not_read_again(repository):
    repository.add_study(study_record("other"))
    for number in range(3):
        search(repository, number=number, scores=np.full(2, float(number)))
    search(repository, "other")
    first, second, third = repository.measurements("s")
    asked = repository.measurements("s", ["search"], known=[first.id, third.id])
    assert [(m.id, m.scores.tolist()) for m in asked] == [(second.id, [1.0, 1.0])]
    assert repository.measurements("s", known=[first.id, second.id, third.id]) == []


def test_candidates_of_every_kind_come_back(repository):
    candidates = [
        beta(0.1, 1 / 3, 8),
        counts_candidate([1, 3, 2**31]),
        baseline("sine", 5),
        Candidate("beta", 8, beta(1.0, 2.0, 8).parameters, decoding={"temperature": 0.3}),
        Candidate("beta", 8, beta(1.0, 2.0, 8).parameters, decoding={"order": "entropy"}),
    ]
    records = [measurement(role="verification", candidate=one) for one in candidates]
    repository.replace_verification("s", 8, records)
    assert [m.candidate for m in repository.measurements("s")] == candidates
    assert rows(repository, "mdm_parameters WHERE number IS NULL") == 1
    # What is replaced leaves no candidates behind.
    repository.replace_verification("s", 8, records[:1])
    assert rows(repository, "mdm_candidates") == 1


def test_a_verification_shares_the_candidate_of_its_trial(repository):
    search(repository)
    repository.replace_verification("s", 8, [measurement(role="verification")])
    assert rows(repository, "mdm_measurements") == 2
    assert rows(repository, "mdm_candidates") == 1
    repository.replace_verification("s", 8, [])
    assert rows(repository, "mdm_candidates") == 1


def test_a_candidate_of_an_unknown_family_is_named(repository):
    search(repository)
    with repository.transaction() as session:
        session.execute(text("UPDATE mdm_candidates SET family = 'helix'"))
    with pytest.raises(InputError, match="no family 'helix'; there are beta, free"):
        repository.measurements("s")


def test_exports_come_back_in_order(repository):
    repository.add_study(study_record("other"))
    kept = [{"beta_a": 1 / 3, "counts": [1, 2], "name": "ü"}, {"counts": None}]
    for schedule in kept:
        repository.add_export("s", steps=8, format_name="json", schedule=schedule)
    repository.add_export("other", steps=8, format_name="json", schedule={})
    assert repository.exports("s") == kept


def test_deleting_a_study_deletes_all_that_is_its_and_nothing_else(repository):
    repository.add_study(study_record("other"))
    for name in ("s", "other"):
        search(repository, name, samples=("text",))
        repository.add_export(name, steps=8, format_name="json", schedule={})
        repository.accept_objective(name, "other", "a comment")
        counts = counts_candidate([1, 3])
        verification = measurement(role="verification", samples=("text",), candidate=counts)
        repository.replace_verification(name, 8, [verification])
        VerificationParts(repository, name).keep(8, "key", "content")
    # What belongs to profiles is tested with them.
    shared = ("mdm_models", "mdm_profile", "mdm_study_profiles")
    tables = [table for table in Base.metadata.tables if not table.startswith(shared)]
    before = {table: rows(repository, table) for table in tables}
    assert all(before.values())
    repository.delete_study("s")
    assert {table: 2 * rows(repository, table) for table in tables} == before
    # The model of both is kept until the last study of it goes.
    assert repository.study("other").model == MODEL
    assert len(repository.measurements("other")) == 2
    repository.delete_study("other")
    assert {rows(repository, table) for table in Base.metadata.tables} == {0}


def test_a_transaction_that_fails_keeps_nothing(repository):
    kept = measurement(role="verification", samples=("text",))
    records = [kept, measurement(role="verification", label=None)]
    with pytest.raises(InputError, match=r"(?i)null"):
        repository.replace_verification("s", 8, records)
    assert repository.measurements("s") == []
    assert rows(repository, "mdm_scores") == rows(repository, "mdm_samples") == 0


def test_texts_of_one_measurement_come_in_the_order_of_instances(repository):
    records = [
        measurement(role="verification", label=label, samples=samples)
        for label, samples in (("best", ("a", "b")), ("linear", ()))
    ]
    repository.replace_verification("s", 8, records)
    first, second = repository.measurements("s")
    assert repository.texts(first.id) == ["a", "b"]
    assert repository.texts(second.id) == []
    assert repository.texts(second.id + 1) == []


def test_the_version_of_a_study_changes_with_all_that_is_shown_of_it(repository):
    assert repository.version("none") is None
    repository.add_study(study_record("other"))
    seen = [repository.version("s")]
    queue = TrialQueue(repository, "s")
    queue.plan([], [8], 2)
    seen.append(repository.version("s"))
    worker = queue.workers.register("host", 1, "cpu", "0", 60.0)
    trial = queue.claim(worker)
    seen.append(repository.version("s"))
    queue.fail(trial, worker, "error")
    seen.append(repository.version("s"))
    repository.replace_verification("s", 8, [measurement(role="verification", label="best")])
    seen.append(repository.version("s"))
    # The same again: a new measurement all the same.
    repository.replace_verification("s", 8, [measurement(role="verification", label="best")])
    seen.append(repository.version("s"))
    assert len(set(seen)) == len(seen) == 6
    assert repository.version("s") == seen[-1]
    repository.replace_verification("other", 8, [measurement(role="verification")])
    assert repository.version("s") == seen[-1]
