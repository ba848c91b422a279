"""Bringing one tracker up to what the tables of a study say."""

from __future__ import annotations

import time
from collections.abc import Callable

from mdm_opt.persistence import Repository, TrialQueue
from mdm_opt.persistence.turns import Turn
from mdm_opt.plugins import one_line
from mdm_opt.study.search_space import space_of
from mdm_opt.study.stored_file import stored_study_file
from mdm_opt.track.base import Tracker
from mdm_opt.track.contents import result_of, result_version, study_of, trial_of
from mdm_opt.track.registry import make_tracker

_AT_ONCE = 100
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 5.0, 60.0
# A process that ends just now may still have the turn.
_TURN_SECONDS, _ASK_SECONDS = 10.0, 0.2


class Sender:
    """Sends what a tracker does not have yet; the tables are the only truth.

    Where the tracker fails, it is made anew later and asked what it has; so nothing is lost, and a
    trial that has arrived is not sent again.

    Args:
        repository: of the study's database.
        name: of the study.
        tracker: key of ``[track]``.
        say: called with a line about what goes wrong: the first failure, and how it ended.
    """

    def __init__(
        self, repository: Repository, name: str, tracker: str, say: Callable[[str], None]
    ) -> None:
        self._repository, self._name, self._key, self._say = repository, name, tracker, say
        self._record = repository.study(name)
        self._file = stored_study_file(self._record)
        self._turn = Turn(repository, name, tracker)
        self._tracker: Tracker | None = None
        self._known: frozenset[int] = frozenset()
        self._result = ""
        # Ids of the measurements that have arrived, and of what the tables looked like then.
        self._arrived: set[int] = set()
        self._version: tuple[int, ...] | None = None
        self._failures = 0
        self._pause_until = 0.0

    def look(self) -> None:
        """Sends trials that have been finished since; after a failure not before a pause."""
        if time.monotonic() < self._pause_until:
            return
        try:
            if not self._turn.taken():
                return
            version = self._repository.version(self._name)
            if version != self._version:
                self._send_trials()
                self._version = version
        except Exception as error:  # a tracker may raise anything
            self._failed(error)

    def finish(self) -> bool:
        """Sends everything that is missing, the result too, and ends the tracker's run.

        Returns:
            Whether it has arrived, or another process sends it.
        """
        try:
            if not self._has_turn():
                self._say(f"{self._key}: another process sends the trials of study {self._name}")
                return True
            tracker = self._send_trials()
            complete = TrialQueue(self._repository, self._name).progress().settled
            if complete or self._repository.verified_steps(self._name):
                self._send_result(tracker)
            tracker.end(complete=complete)
        except Exception as error:  # likewise
            self._failures += 1
            self._say(f"{self._key} {self._lacks()}: {_words(error)}; {self._later()}")
            return False
        finally:
            self._turn.give_back()
        if self._failures:
            failed = "once" if self._failures == 1 else f"{self._failures} times"
            self._say(f"{self._key} failed {failed}, and has everything now")
        return True

    def _has_turn(self) -> bool:
        end = time.monotonic() + _TURN_SECONDS
        while not self._turn.taken():
            if time.monotonic() > end:
                return False
            time.sleep(_ASK_SECONDS)
        return True

    def _begun(self) -> Tracker:
        """The tracker with the run of the study, which says what is there."""
        if self._tracker is None:
            made = make_tracker(self._key, self._file.track)
            known = made.begin(study_of(self._record, self._repository))
            self._arrived, self._known, self._result = set(), known.trials, known.result
            self._tracker = made
        return self._tracker

    def _send_trials(self) -> Tracker:
        tracker = self._begun()
        found = self._repository.measurements(self._name, ["search"], known=self._arrived)
        numbered = sorted((m.trial_number, m) for m in found if m.trial_number is not None)
        space = space_of(self._repository, self._record)
        for start in range(0, len(numbered), _AT_ONCE):
            part = numbered[start : start + _AT_ONCE]
            new = [trial_of(m, space) for number, m in part if number not in self._known]
            if new:
                tracker.trials(new)
            self._arrived |= {m.id for _, m in part if m.id is not None}
        return tracker

    def _send_result(self, tracker: Tracker) -> None:
        others = self._repository.measurements(self._name, ["selection", "verification"])
        version = result_version(self._arrived, [m.id for m in others if m.id is not None])
        if version == self._result:
            return
        result = result_of(self._name, self._repository, version)
        if result is not None:
            tracker.result(result)
            self._result = version

    def _failed(self, error: Exception) -> None:
        """Says the first failure, and tries again later."""
        self._failures += 1
        if self._failures == 1:
            self._say(
                f"{self._key}: {_words(error)}; trials go on, and what it lacks is sent later"
            )
        self._tracker, self._version = None, None
        pause = min(_FIRST_PAUSE_SECONDS * 2 ** (self._failures - 1), _LONGEST_PAUSE_SECONDS)
        self._pause_until = time.monotonic() + pause

    def _lacks(self) -> str:
        """How much has not arrived, as far as the database can be asked."""
        try:
            finished = TrialQueue(self._repository, self._name).progress().finished
        except Exception:
            return "lacks what was finished last"
        return f"lacks {finished - len(self._arrived)} of {finished} trials, or the result"

    def _later(self) -> str:
        return f"'mdm-opt track {self._name}' sends it"


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {one_line(error)}"
