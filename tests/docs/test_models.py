"""docs/models.md: the `show` that it shows marks what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mdm_opt.sample_texts import lines_of, plain

PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text()


def test_letters_that_do_not_belong_are_marked() -> None:
    (block,) = (
        one for one in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "show" in one
    )
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 - the page's own lines
    shown = names["MyModel"]().show("ACGX" + "U" * 60)
    assert [[marked for _, marked in line] for line in shown] == [
        [False, False, False, True] + [False] * 56,
        [False] * 4,
    ]
    assert plain(lines_of(shown)).splitlines()[1].strip() == "^"
