"""Which keys messages name as known."""

from __future__ import annotations

from own_samplers import TOY
from study_contents import MINIMAL, with_value

from mdm_opt.config import StudyFile
from mdm_opt.config.known_keys import accepted_keys


def test_keys_follow_what_the_file_is_about() -> None:
    assert accepted_keys(StudyFile, MINIMAL, "nothing") == list(StudyFile.model_fields)
    assert accepted_keys(StudyFile, MINIMAL, "space")[:3] == ["family", "families", "steps"]
    assert "law" in accepted_keys(StudyFile, MINIMAL, "model")
    births = with_value("model.process", "births", {**MINIMAL, "sampler": {}})
    assert accepted_keys(StudyFile, births, "sampler") == ["births"]
    assert accepted_keys(StudyFile, MINIMAL, "verify")[0] == "instances"


def test_a_sampler_of_its_own_has_other_keys() -> None:
    assert accepted_keys(StudyFile, TOY, "space") == ["steps", "arguments"]
    known = ["kind", "arguments", "batch", "module"]
    assert accepted_keys(StudyFile, TOY, "sampler") == known
