"""Format python for samplers that are not ours: keyword arguments to paste."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from exported_schedules import content, own_content, read_back
from handoff.formats.standins import made

from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import FORMATS, Target, render
from mdm_opt.handoff.formats.python_own import render as render_own
from mdm_opt.handoff.schedule_file import ExportedSchedule

FUNCTION = ExportedSchedule.model_validate(own_content("my_code:write", steps=16, alg="a'b"))
OWN = ExportedSchedule.model_validate(own_content())


@dataclass
class Inner:
    entropy_bound: float = 0.1
    power: int = 2


class Configuration:
    def __init__(self, inner: Inner | None) -> None:
        self.inner, self.max_denoising_steps, self.t_min = inner, None, None

    def _get_default_generation_params(self) -> dict[str, Any]:
        return {"inner": Inner(power=7)}


def test_a_function_is_called_with_the_arguments() -> None:
    module = made(FUNCTION, "python")
    assert module.ARGUMENTS == {"t_min": 0.4, "alg": "a'b", "steps": 16}
    assert module.LENGTH == 16
    assert not hasattr(module, "keywords")
    artefact = render(FUNCTION, "python")
    assert "write(model, tokenizer, prompts, **schedule.ARGUMENTS)" in artefact.use
    assert artefact.notes == ("The result was measured in batches of 2 answers.",)
    assert "measured by my_code:write in batches of 2" in artefact.text


def test_nothing_is_said_of_a_length_that_nobody_knows() -> None:
    short = FUNCTION.schedule.model_copy(update={"length": 1})
    module = made(FUNCTION.model_copy(update={"schedule": short}), "python")
    assert not hasattr(module, "LENGTH")
    assert module.ARGUMENTS == made(FUNCTION, "python").ARGUMENTS


@pytest.mark.parametrize(("inner", "power"), [(None, 7), (Inner(power=3), 3)])
def test_fields_stand_where_the_model_has_them(inner: Inner | None, power: int) -> None:
    module = made(OWN, "python")
    model = SimpleNamespace(generation_config=Configuration(inner))
    assert module.keywords(model) == {
        "t_min": 0.4,
        "max_denoising_steps": 16,
        "inner": Inner(0.25, power),
    }
    assert "max_new_tokens=schedule.LENGTH" in render(OWN, "python").use[1]


@pytest.mark.parametrize("format_name", ["json", "python"])
def test_it_is_read_back(tmp_path: Path, format_name: str) -> None:
    for exported in (FUNCTION, OWN):
        assert read_back(tmp_path, render(exported, format_name).text) == exported


def test_other_targets_and_blocks_are_refused() -> None:
    for name in FORMATS.keys() - {"json", "python"}:
        with pytest.raises(InputError, match="'own' is not accepted: this target is another"):
            render(OWN, name)
    with pytest.raises(InputError, match="block_length: 4 is not accepted"):
        render(OWN, "python", block_length=4)
    with pytest.raises(ValueError, match="a sampler that is not mdm-opt's is expected"):
        render_own(ExportedSchedule.model_validate(content()), Target())
