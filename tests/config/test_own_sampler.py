"""What a study file with a sampler of its own may not say, each by its name."""

from __future__ import annotations

from typing import Any

import pytest
from own_samplers import READ_ONLY as STUDY
from study_contents import MINIMAL, Tree, refusal, with_value, without

from mdm_opt.candidates import OwnDecoding
from mdm_opt.config import parse_study

GEMMA: Tree = {**STUDY, "model": {"kind": "huggingface", "path": "p", "length": 8}}
SERVED: Tree = {**STUDY, "model": {"kind": "served", "name": "some", "length": 8}}


def test_the_process_is_that_of_the_sampler() -> None:
    file = parse_study(STUDY, "")
    assert file.process == "own"
    assert isinstance(file.sampler, OwnDecoding)
    assert file.sampler.arguments == {"steps": 6}
    assert isinstance(file.decoding, OwnDecoding)
    assert file.decoding.arguments == {}
    assert file.search.seeds == ["baselines"]
    assert not file.needs_profile
    plain = parse_study(MINIMAL, "")
    assert plain.process == "masked"
    assert plain.decoding is plain.sampler


@pytest.mark.parametrize(
    ("study", "path", "value", "said"),
    [
        (STUDY, "study.baseline", {"family": "linear"}, "[study] baseline is not accepted with"),
        (STUDY, "search.seeds", ["energy"], "[search] seeds.0: 'energy' is not accepted"),
        (STUDY, "search.seeds", ["profile"], "[search] seeds.0: 'profile' is not accepted"),
        (STUDY, "search.seeds", [{"bound": 1.0}], "or a table { bound = ..., mode = ..., "),
        (STUDY, "profile.sequences", 8, "[profile] is not accepted with [sampler] kind"),
        (STUDY, "objective", {"kind": "path_kl"}, "objective 'path_kl' is not accepted"),
        (STUDY, "objective", {"kind": "divergence"}, "objective 'divergence' is not accepted"),
        (
            STUDY,
            "objective",
            {"kind": "energy_distance", "references": "r"},
            "[objective] feature: missing: without it looks at token ids",
        ),
        (STUDY, "sampler.batch", 16, "[objective] instances: 8 is not accepted"),
        (STUDY, "sampler.batch", 3, "[sampler] batch: 3 is not accepted: must be a power of two"),
        (STUDY, "sampler.kind", "generate", "must be 'own' or 'package.module:function'"),
        (STUDY, "sampler.order", "random", "[sampler] order: unknown key; known: kind, arguments"),
        (STUDY, "space.order", ["random"], "order is not accepted beside arguments"),
        (STUDY, "model", {"kind": "enumerated", "law": "chain"}, "it has no network"),
        (GEMMA, "model.mask_token", "<m>", "[model] mask_token is not accepted with"),
        (SERVED, "sampler.kind", "own", "[sampler] kind = 'own' is not accepted with model kind"),
        (SERVED, "sampler.module", "a", "[sampler] module = 'a' is not accepted with model kind"),
    ],
)
def test_what_there_is_not_is_refused_by_name(
    study: Tree, path: str, value: Any, said: str
) -> None:
    assert said in refusal(with_value(path, value, study))


def test_a_reference_of_fewest_calls_is_the_present_setting() -> None:
    goal = with_value("search.margin", 0.1, with_value("search.goal", "calls", STUDY))
    assert parse_study(goal, "").search.goal == "calls"
    given = with_value("search.reference", {"family": "linear"}, goal)
    assert "[search] reference is not accepted with [sampler] kind" in refusal(given)


def test_what_is_searched_and_the_sampler_belong_together() -> None:
    assert "[space] arguments: missing" in refusal({**STUDY, "space": {"steps": [4]}})
    assert "[space] arguments is for a sampler of your own" in refusal(
        with_value("space.arguments", {"a": [1, 2]}, MINIMAL)
    )
    served = without("sampler", SERVED)
    served["space"] = {"steps": [4]}
    assert "[model] kind 'served' needs [sampler] kind" in refusal(served)


def test_identity_has_batch_and_arguments() -> None:
    hashes = {
        parse_study(with_value(path, value, STUDY), "").identity_hash()
        for path, value in (
            ("study.name", "toy"),
            ("sampler.batch", 2),
            ("sampler.arguments", {"steps": 5}),
            ("sampler.module", "layer"),
            ("space.arguments", {"bound": {"low": 0.1, "high": 2.0}}),
        )
    }
    assert len(hashes) == 5
