"""Ends the search of a step count where another trial is not worth its cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mdm_opt.candidates import Candidate
from mdm_opt.run.trial_history import TrialHistory
from mdm_opt.search import Outlook, outlook, proposal_seed
from mdm_opt.study.opening import OpenStudy


class Stopping:
    """Decides for a study with a tolerance; without one the search never ends early.

    Args:
        opened: the study.
        history: its trials.
        report: called with a line about a search that ends.
    """

    def __init__(
        self, opened: OpenStudy, history: TrialHistory, report: Callable[[str], None]
    ) -> None:
        self._opened, self._history, self._report = opened, history, report

    def ends(self, steps: int, running: Sequence[Candidate], worker_id: int) -> bool:
        """Whether the search of a step count ends; its other trials are removed then.

        Every worker decides when it takes a trial that has no candidate yet, once the seeds of
        the step count are done. What it decides depends on the measured trials only.

        Args:
            steps: step count.
            running: candidates that are being measured.
            worker_id: of this worker.
        """
        opened = self._opened
        tolerance = opened.study_file.tolerance
        if tolerance is None or opened.queue.waiting_seeds(steps):
            return False
        observations = self._history.observations
        found = outlook(
            opened.space,
            steps,
            observations,
            running,
            instances=opened.sets.search,
            verified=opened.sets.verification,
            confidence=opened.study_file.gain_confidence,
            seed=proposal_seed(opened.study_file.study.seed, len(observations)),
        )
        if found is None or not found.is_below(tolerance):
            return False
        if opened.queue.end_search(steps, worker_id):
            trials = sum(one.candidate.steps == steps for one in observations)
            self._report(self._said(steps, trials, found))
        return True

    def _said(self, steps: int, trials: int, found: Outlook) -> str:
        unit, verified = self._opened.record.unit, self._opened.sets.verification
        return (
            f"{steps} steps: the search ends after {trials} trials: another one is expected to "
            f"gain {found.gain:.2g} {unit}, and {verified} verification instances show gains of "
            f"{found.shown:.2g} and more"
        )
