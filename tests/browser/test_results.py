"""The pages of results as a browser shows them, and the way between them and the trials."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from shown_studies import known
from tabs import contrasts, shoot, width_of

from mdm_opt.results.text import conclusions, result_rows

WIDTHS = (1280, 500, 400)
READABLE = 4.5


def expect_to_fit(page, width):
    assert width_of(page) <= width
    found = contrasts(page)
    assert len(found) > 40
    assert [pair for pair in found if pair[0] < READABLE] == []


@pytest.mark.cases(2)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_home_page_shows_what_was_found(tabs, board, shown, width, scheme):
    page = tabs.open(board.address, width=width, scheme=scheme)
    found = known(shown, "grids")
    section = page.locator("section").filter(
        has=page.get_by_role("link", name="grids", exact=True)
    )
    assert section.locator("td").all_inner_texts() == [
        cell for row in result_rows(found.result) for cell in row.cells
    ]
    assert section.locator("li").all_inner_texts() == conclusions(
        found.result, "mdm-opt verify grids"
    )
    expect_to_fit(page, width)
    shoot(page, f"results-{width}-{scheme}", full_page=True)


def test_from_what_was_found_to_pictures_and_trials_and_back(tabs, board):
    page = tabs.open(board.address, name="way")
    page.get_by_role("link", name="grids", exact=True).click()
    page.wait_for_function("() => document.querySelectorAll('.figure[data-drawn]').length === 8")
    page.get_by_role("link", name="trials", exact=True).click()
    expect(page.get_by_role("heading", name="Pareto Front")).to_be_visible(timeout=60_000)
    link = page.get_by_role("link", name="results", exact=True)
    expect(link).to_be_visible()
    assert "studies/" in page.url
    link.click()
    expect(page.get_by_role("heading", name="What was found")).to_be_visible(timeout=60_000)


@pytest.mark.cases(1)
@pytest.mark.parametrize("width", [1280, 500])
def test_nothing_that_is_refused_is_offered(tabs, board, width):
    page = tabs.open(board.trials, width=width)
    expect(page.get_by_text("Compare")).to_be_visible(timeout=60_000)
    for name in ("rename study", "delete study", "Create"):
        assert not any(one.is_visible() for one in page.get_by_role("button", name=name).all())
    page = tabs.open(f"{board.trials}/studies/1/note", width=width, name="note")
    expect(page.get_by_role("heading", name="Note")).to_be_visible(timeout=60_000)
    assert page.locator("button:visible:has([data-testid=EditIcon])").count() == 0
