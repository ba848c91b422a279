"""One page about all studies of a database: what was found in each, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mdm_opt.results.text import Row, headings, result_rows
from mdm_opt.show.report.pages import template
from mdm_opt.show.report.report_data import said_of, state_words
from mdm_opt.show.snapshot import Snapshot


@dataclass(frozen=True)
class StudySummary:
    """A study in the overview.

    Attributes:
        name: of the study.
        address: of its own page.
        trials_address: where its trials are shown; empty where they are not.
        failure: why it cannot be read; then nothing else is known.
        metric: the objective with its unit and direction.
        state: of its trials and its verification, one line.
        headings: of `rows`.
        rows: the table of its results.
        said: conclusions.
    """

    name: str
    address: str
    trials_address: str = ""
    failure: str = ""
    metric: str = ""
    state: str = ""
    headings: Sequence[str] = ()
    rows: Sequence[Row] = ()
    said: Sequence[str] = ()


def summary(found: Snapshot, address: str, trials_address: str) -> StudySummary:
    """A study that has been read.

    Args:
        found: the study.
        address: of its own page.
        trials_address: where its trials are shown; empty where they are not.
    """
    return StudySummary(
        name=found.record.name,
        address=address,
        trials_address=trials_address,
        metric=found.metric,
        state=state_words(found),
        headings=headings(found.result) if found.result else (),
        rows=result_rows(found.result) if found.result else (),
        said=said_of(found),
    )


def overview(studies: Sequence[StudySummary], database: str, trials_address: str) -> str:
    """The page.

    Args:
        studies: in the order in which they are shown.
        database: where they are, in words.
        trials_address: where the trials of all are shown.
    """
    return template("overview.html").render(
        studies=studies, database=database, trials_address=trials_address
    )
