"""The arguments of `tune` as keys of a study file, and what messages call them."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name, naming
from mdm_opt.tuning import tune
from mdm_opt.tuning_arguments import ARGUMENTS, KEYS, NAMES, plain_value, study_file_of

SETTINGS = {
    "name": "s",
    "denoiser": {},
    "steps": [4],
    "direction": "maximize",
    "unit": "share",
    "objective": {},
}


def test_every_argument_that_is_a_key_is_one_of_tune():
    given = inspect.signature(tune).parameters
    assert set(KEYS) <= set(given)
    assert len(set(KEYS.values())) == len(KEYS)


def test_messages_have_the_argument_in_place_of_the_key():
    assert ARGUMENTS["verify", "instances"] == "verify_instances"
    with naming(NAMES):
        assert key_name("search.trials") == "trials"
        assert key_name("search.seeds", 2) == "seeds[2]"
        assert key_name("space.power") == "bounds['power']"
        assert key_name("space.order") == "order"


def test_values_are_those_of_a_study_file():
    found = plain_value({"a": (np.float64(0.5), range(2)), "b": np.array([1, 2])})
    assert found == {"a": [0.5, [0, 1]], "b": [1, 2]}


def test_what_is_none_has_its_default_and_several_values_are_searched():
    settings = {**SETTINGS, "seeds": None, "order": ["random", "confidence"], "family": None}
    found = study_file_of("masked", settings, {}, {"beta_a": (0.2, 0.9), "beta_b": None})
    assert found.space.bounds["beta_a"] == [0.2, 0.9]
    assert found.search.seeds == ["energy", "profile", "baselines"]
    assert found.canonical()["space"]["order"] == ["random", "confidence"]


def test_what_is_not_accepted_is_refused():
    with naming(NAMES), pytest.raises(InputError, match="trials: 0 is not accepted"):
        study_file_of("masked", {**SETTINGS, "trials": 0}, {}, {})


def test_settings_of_other_processes_are_keys_of_their_sampler():
    found = study_file_of("births", SETTINGS, {"births": "binomial"}, {})
    assert found.canonical()["sampler"] == {"births": "binomial"}
    with naming(NAMES), pytest.raises(InputError, match=r"sampling\['births'\]: 'x' is not"):
        study_file_of("births", SETTINGS, {"births": "x"}, {})
    with naming(NAMES), pytest.raises(InputError, match="order: unknown key; known: births"):
        study_file_of("births", {**SETTINGS, "order": "entropy"}, {}, {})
