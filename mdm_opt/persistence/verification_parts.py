"""What a verification has measured before it is complete, so that it goes on where it stopped."""

from __future__ import annotations

from sqlalchemy import select

from mdm_opt.persistence.repository import Repository
from mdm_opt.persistence.tables import StudyRow, VerificationPartRow


class VerificationParts:
    """The parts of a study's verification; those of a step count go when it is verified.

    Args:
        repository: the database.
        name: of the study.
    """

    def __init__(self, repository: Repository, name: str) -> None:
        self._repository, self._name = repository, name

    def find(self, key: str) -> str | None:
        """The content of a part; None where it was not kept.

        Args:
            key: what was measured, at most 64 characters.
        """
        with self._repository.transaction() as session:
            return session.scalar(
                select(VerificationPartRow.content)
                .join(StudyRow, StudyRow.id == VerificationPartRow.study_id)
                .where(StudyRow.name == self._name, VerificationPartRow.key == key)
            )

    def keep(self, budget_steps: int, key: str, content: str) -> None:
        """Keeps a part, in place of one of the same key.

        Args:
            budget_steps: the step count that is being verified.
            key: what was measured.
            content: what came out.
        """
        with self._repository.transaction() as session:
            # Of two processes that verify at once the second waits here.
            asked = select(StudyRow.id).where(StudyRow.name == self._name).with_for_update()
            study = session.scalars(asked).one()
            session.merge(
                VerificationPartRow(
                    study_id=study, key=key, budget_steps=budget_steps, content=content
                )
            )
