"""Values and keys as TOML writes them."""

from __future__ import annotations

import tomllib

import pytest

from mdm_opt.config.toml_values import toml_key, toml_value


@pytest.mark.parametrize(
    "value",
    ['é \x7f \n \\ "', True, 3, 0.1, 1e-300, [], [1, [2.5, "a"]], {"a b": {"c-d": ["x"]}}],
)
def test_what_is_written_is_read_back(value):
    assert tomllib.loads(f"key = {toml_value(value)}") == {"key": value}


@pytest.mark.parametrize(("key", "written"), [("a_b-1", "a_b-1"), ("", '""'), ("a.b", '"a.b"')])
def test_keys_get_quotes_where_they_need_them(key, written):
    assert toml_key(key) == written
    assert tomllib.loads(f"{written} = 1") == {key: 1}


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="JSON compliant"):
        toml_value(float("nan"))
