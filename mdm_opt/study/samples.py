"""Samples as people read them: after their prompts, and as their model shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.messages import key_name
from mdm_opt.models.base import offers
from mdm_opt.sample_texts import Line, Sample, lines_of, picture


def readable(problem: Problem, texts: Sequence[str], instances: Sequence[int]) -> list[Sample]:
    """Texts of samples with their prompts, as the model shows them.

    Where the model cannot show one it is shown as it is: nothing is lost by that.

    Args:
        problem: whose model wrote them.
        texts: one an instance.
        instances: instance ids.
    """
    found = []
    for text, prompt in zip(texts, prompt_texts(problem, instances), strict=True):
        try:
            lines = shown_lines(problem.denoiser, text, prompt)
        except Exception:  # a function of the user's raises anything; `check_show` says so
            lines = ()
        found.append(Sample(text, prompt, lines))
    return found


def prompt_texts(problem: Problem, instances: Sequence[int]) -> list[str]:
    """The prompts of instances, empty where there are none or the objective knows only ids."""
    if not offers(problem.objective, "prompt_texts"):
        return [""] * len(instances)
    objective: Any = problem.objective
    return list(objective.prompt_texts(instances))


def shown_lines(model: Any, text: str, prompt: str) -> tuple[Line, ...]:
    """The lines in which a model shows a text; none where it is shown as it is.

    Raises:
        ValueError: where the model's ``show`` returns anything but lines.
    """
    if not offers(model, "show") or picture(text) is not None:
        return ()
    try:
        lines = lines_of(model.show(text, prompt))
    except ValueError as error:
        raise ValueError(f"show: what it returns {error}") from None
    marked = any(mark for line in lines for _, mark in line)
    as_it_is = "\n".join("".join(piece for piece, _ in line) for line in lines) == text
    return () if as_it_is and not marked else lines


def check_show(problem: Problem, texts: Sequence[str], instances: Sequence[int]) -> None:
    """Refuses a model that cannot show its texts.

    Raises:
        InputError: where it does not return lines.
        ModelFailed: where it raises something.
    """
    for text, prompt in zip(texts, prompt_texts(problem, instances), strict=True):
        try:
            shown_lines(problem.denoiser, text, prompt)
        except ValueError as error:
            raise InputError(f"{key_name('model')} {error}") from error
