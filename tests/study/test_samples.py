"""Samples as people read them: with their prompts, and as their model shows them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from mdm_opt.errors import InputError
from mdm_opt.models.named import ModelFailed, named
from mdm_opt.sample_texts import plain
from mdm_opt.study.samples import check_show, prompt_texts, readable, shown_lines

PROMPTED = SimpleNamespace(prompt_texts=lambda instances: [f"to {i}" for i in instances])
PLAIN = SimpleNamespace()


def problem(show=None, objective=PLAIN):
    model = SimpleNamespace() if show is None else SimpleNamespace(show=show)
    return SimpleNamespace(denoiser=model, objective=objective)


def test_samples_have_the_prompts_of_their_instances():
    found = readable(problem(objective=PROMPTED), ["a", "b"], [7, 9])
    assert found == ["a", "b"]
    assert [one.prompt for one in found] == ["to 7", "to 9"]
    assert prompt_texts(problem(), [1, 2]) == ["", ""]


def test_a_model_shows_a_text_after_its_prompt():
    def show(text, prompt=""):
        return [f"{prompt}:", [(text, text == "b")]]

    found = readable(problem(show, PROMPTED), ["a", "b"], [7, 9])
    assert [one.shown for one in found] == ["to 7:\na", "to 9:\nb\n^"]


@pytest.mark.parametrize(
    "show", [lambda text, prompt: text, lambda text, prompt: text.split("\n")]
)
def test_what_is_shown_as_it_is_needs_no_lines(show):
    (found,) = readable(problem(show), ["a\nb"], [0])
    assert (found.lines, found.shown) == ((), "a\nb")


def test_pictures_are_not_shown_as_texts():
    picture = "data:image/png;base64,iVBORw0KGgo="
    assert shown_lines(SimpleNamespace(show=lambda text, prompt: "x"), picture, "") == ()
    assert plain(shown_lines(SimpleNamespace(show=lambda text, prompt: "x"), "y", "")) == "x"


@pytest.mark.parametrize("show", [lambda text, prompt: 7, lambda text, prompt: 1 / 0])
def test_a_show_that_fails_costs_no_sample(show):
    (found,) = readable(problem(show), ["a"], [0])
    assert (found, found.lines) == ("a", ())


def test_a_show_that_fails_is_found_beforehand():
    with pytest.raises(InputError, match=r"\[model\] show: what it returns is a int, not a text"):
        check_show(problem(lambda text, prompt: 7), ["a"], [0])
    broken = problem(lambda text, prompt: 1 / 0)
    broken.denoiser = named(broken.denoiser, "model mine")
    with pytest.raises(ModelFailed, match="model mine raised ZeroDivisionError"):
        check_show(broken, ["a"], [0])
    check_show(problem(), ["a"], [0])
