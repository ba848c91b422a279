"""What tables of the study file share: options, batch sizes, and where a model runs."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest
from study_contents import refusal, with_value

from mdm_opt.config import PLACE_KEYS, CausalJudge, HuggingFaceModel, parse_study
from mdm_opt.config.models import PluginModel
from mdm_opt.config.tables import RunsOnDevice, given_tables, of_kind
from mdm_opt.errors import InputError
from mdm_opt.table import Table


@pytest.mark.parametrize(
    "value",
    [math.inf, math.nan, datetime.date(2020, 1, 2), datetime.time(3, 4), [{"deep": -math.inf}]],
)
def test_options_survive_the_canonical_form_or_are_refused(value: Any) -> None:
    """TOML has infinities and dates; JSON, and so the database, has not."""
    content = with_value("model", {"kind": "my.models:make", "options": {"x": value}})
    try:
        study = parse_study(content, "f")
    except InputError:
        assert "options" in refusal(content)
        return
    assert study.canonical()["model"]["options"] == {"x": value}
    assert parse_study(study.canonical(), "f") == study


@pytest.mark.parametrize("value", [None, datetime.date(2020, 1, 2), math.inf], ids=str)
def test_an_option_that_json_has_not_is_named_with_its_place(value: Any) -> None:
    content = with_value("model", {"kind": "a:b", "options": {"x": [1, {"deep": value}]}})
    said = "options.x.1.deep: text, finite numbers, booleans, lists and tables are accepted"
    assert said in refusal(content)


@pytest.mark.parametrize("value", ["auto", 1, 65536])
def test_batch_sizes_are_numbers_or_left_to_the_package(value: Any) -> None:
    content = with_value("model", {"kind": "bundled", "batch_size": value})
    assert parse_study(content, "f").model.batch_size == value


@pytest.mark.parametrize("value", [0, -1, 65537, 8.0, True, "8", "automatic"])
def test_other_batch_sizes_are_refused(value: Any) -> None:
    said = f"batch_size: {value!r} is not accepted: must be 'auto' or a whole number from 1 to"
    assert said in refusal(with_value("model", {"kind": "bundled", "batch_size": value}))


def test_a_model_runs_where_the_package_finds_it_best() -> None:
    found = RunsOnDevice()
    assert (found.dtype, found.device, found.batch_size) == ("auto", "auto", "auto")


def test_where_a_model_runs_is_said_by_keys_that_there_are() -> None:
    assert set(PLACE_KEYS) <= set(HuggingFaceModel.model_fields)
    assert set(PLACE_KEYS) & set(CausalJudge.model_fields) == {"device", "batch_size"}


def test_a_table_is_that_of_its_kind() -> None:
    kinds: dict[str, type[Table]] = {"causal": CausalJudge}
    judge = {"kind": "causal", "path": "x"}
    assert of_kind(judge, kinds, PluginModel) == CausalJudge.model_validate(judge)
    plugin = {"kind": "my.models:make"}
    assert of_kind(plugin, kinds, PluginModel) == PluginModel.model_validate(plugin)
    with pytest.raises(ValueError, match="kind: 'no' is not accepted: must be one of causal or"):
        of_kind({"kind": "no"}, kinds, PluginModel)
    with pytest.raises(ValueError, match="a table is expected"):
        of_kind([], kinds, PluginModel)


def test_what_is_no_table_is_an_empty_one() -> None:
    assert given_tables({"a": {"b": 1}, "c": 2}, "a", "c", "d") == [{"b": 1}, {}, {}]
    assert given_tables(None, "a") == [{}]
