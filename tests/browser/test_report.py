"""The report as a browser shows it, without a network."""

from __future__ import annotations

import re
from contextlib import contextmanager
from html import unescape

import pytest
from playwright.sync_api import expect
from records import pair
from shown_studies import HOSTILE_TEXT, known
from study_files import database
from tabs import contrasts, shoot, traces, width_of

from mdm_opt.results.text import conclusions, headings, result_rows
from mdm_opt.sample_texts import lines_of
from mdm_opt.show.figures import figures
from mdm_opt.show.report import REPORT_FORMATS, read_report

WIDTHS = (1280, 400)
INKS = "Array.from(document.querySelectorAll('.xtitle'), (t) => getComputedStyle(t).fill)"
# Of small text (WCAG 2, level AA).
READABLE = 4.5
NAMES = ("grids", "guarded", "hostile", "pictures")


@pytest.fixture(scope="module")
def reports(shown):
    """Addresses of the reports."""
    found = {}
    for name in NAMES:
        path = shown / f"{name}.html"
        path.write_text(REPORT_FORMATS["html"](read_report(name, database(shown))))
        found[name] = path.as_uri()
    return found


def open_report(tabs, address, **options):
    """A report with all of its figures drawn."""
    page = tabs.open(address, offline=True, **options)
    page.wait_for_function("() => !document.querySelector('.figure:not([data-drawn])')")
    return page


def compared(found, steps):
    """Texts of the samples under the best schedule and linear."""
    records = found.verified(steps)
    return [
        next(
            list(found.samples[m.id][: found.file.search.samples])
            for m in records
            if m.label == label and m.steps == steps
        )
        for label in ("best", "linear")
    ]


def samples_of(page):
    return page.locator("#samples pre").evaluate_all("all => all.map(p => p.textContent)")


def without_marks(sample):
    """A sample as it stands in the page, where colours mark what is wrong."""
    lines = sample.lines or lines_of(str(sample))
    return "\n".join("".join(piece for piece, _ in line) for line in lines)


def expect_inert(page, *, pictures=0):
    assert page.locator("[onerror], [onload], a[href], svg[onload]").count() == 0
    assert page.locator("main img").count() == pictures
    assert page.evaluate("Array.from(document.scripts, s => s.src).join('')") == ""


@contextmanager
def unfolded(page):
    """Everything that folds is open for a while."""
    folded = page.locator("details:not([open])").element_handles()
    for one in folded:
        one.evaluate("one => { one.open = true }")
    yield
    for one in folded:
        one.evaluate("one => { one.open = false }")


def expect_readable(page):
    found = contrasts(page)
    assert len(found) > 100
    assert [pair for pair in found if pair[0] < READABLE] == []


@pytest.mark.cases(1)
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_and_can_be_read_in_both_schemes(tabs, reports, shown, width):
    page = open_report(tabs, reports["grids"], width=width)
    assert tabs.requests == [reports["grids"]]
    assert page.locator(".figure").count() == len(figures(known(shown, "grids"))) == 8
    assert page.locator(".figure[data-drawn] svg.main-svg").count() >= 8
    shoot(page, f"report-{width}-light", full_page=True)
    with unfolded(page):
        assert width_of(page) <= width
        expect_readable(page)
        before = page.evaluate(INKS)
        page.emulate_media(color_scheme="dark")
        # The figures follow without being loaded again.
        page.wait_for_function(f"was => {INKS}.every((ink, i) => ink !== was[i])", arg=before)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(18, 22, 28)"
        assert width_of(page) <= width
        expect_readable(page)
        shoot(page, f"report-{width}-dark-unfolded", full_page=True)
    page.emulate_media(color_scheme="light")


def test_it_can_be_read_where_it_is_dark_from_the_start(tabs, reports):
    page = open_report(tabs, reports["guarded"], width=400, scheme="dark")
    with unfolded(page):
        assert width_of(page) <= 400
        expect_readable(page)
    shoot(page, "report-guarded-400-dark", full_page=True)


def test_it_has_the_verified_numbers_and_says_what_they_mean(tabs, reports, shown):
    found = known(shown, "grids")
    page = open_report(tabs, reports["grids"])
    table = page.locator("#result table").evaluate(
        "t => Array.from(t.rows, r => Array.from(r.cells, c => c.textContent))"
    )
    rows = result_rows(found.result)
    assert table == [list(headings(found.result)), *(list(row.cells) for row in rows)]
    assert page.locator("#result tr.best").count() == 2
    said = page.locator("#result li").all_inner_texts()
    assert said == conclusions(found.result, "mdm-opt verify grids")
    for budget in found.result.budgets:
        counts = " ".join(map(str, budget.counts))
        expect(page.locator("#result code").filter(has_text=counts)).to_be_visible()


def test_its_figures_are_those_of_the_dashboard(tabs, reports, shown):
    page = open_report(tabs, reports["grids"])
    for name, figure in figures(known(shown, "grids")).items():
        found = traces(page, f"figure-{name}")
        assert found["types"] == [trace.type for trace in figure.data]
        assert (found["scatters"], found["bars"], found["contours"]) == tuple(
            found["types"].count(kind) for kind in ("scatter", "bar", "contour")
        )
        title = page.locator(f"#figure-{name}").locator("xpath=preceding-sibling::h3")
        assert title.inner_text() == unescape(figure.layout.title.text)


def test_many_samples_fold_and_unfold(tabs, reports, shown):
    found = known(shown, "grids")
    page = open_report(tabs, reports["grids"])
    expected = []
    for steps in (6, 9):
        columns = compared(found, steps)
        expected += [without_marks(text) for pair in zip(*columns, strict=True) for text in pair]
    assert samples_of(page) == expected
    assert len(expected) == 2 * 2 * 4
    folded = page.locator("#samples details")
    assert folded.count() == 2 * 2
    assert folded.evaluate_all("all => all.some(one => one.open)") is False
    shown_now = page.locator("#samples pre:visible").count()
    assert shown_now == 2 * 2 * 2
    folded.first.locator("summary").click()
    expect(folded.first.locator("pre").first).to_be_visible()
    assert page.locator("#samples pre:visible").count() == shown_now + 2
    folded.first.locator("summary").click()
    assert page.locator("#samples pre:visible").count() == shown_now


def test_long_and_hostile_samples_fold_and_are_text(tabs, reports, shown):
    columns = compared(known(shown, "hostile"), 4)
    page = open_report(tabs, reports["hostile"], width=400)
    expected = [text for pair in zip(*columns, strict=True) for text in pair]
    assert samples_of(page) == expected
    assert all(HOSTILE_TEXT in text for text in expected)
    seen = page.locator("#samples pre:visible").evaluate_all("all => all.map(p => p.textContent)")
    assert all(len(text) <= 600 for text in seen)
    assert any(len(text) > 600 for pair in zip(*columns, strict=True) for text in pair)
    # The first two are open where none of the pair is long.
    pairs = list(zip(*columns, strict=True))[:2]
    assert seen == [t for pair in pairs if max(map(len, pair)) <= 600 for t in pair]
    with unfolded(page):
        assert page.locator("#samples pre:visible").count() == len(expected)
        assert width_of(page) <= 400
        shoot(page, "report-hostile-400-unfolded", full_page=True)
    expect_inert(page)
    unit = known(shown, "hostile").metric
    assert "<b>points</b>" in unit
    expect(page.get_by_text(unit, exact=True)).to_be_visible()


def test_pictures_are_shown_as_pictures(tabs, reports, shown):
    columns = compared(known(shown, "pictures"), 4)
    expected = [text for pair in zip(*columns, strict=True) for text in pair]
    page = open_report(tabs, reports["pictures"], width=400)
    images = page.locator("#samples img")
    assert images.evaluate_all("all => all.map(i => i.src)") == expected
    assert page.locator("#samples img:visible").count() == 2 * 2
    with unfolded(page):
        page.wait_for_function("() => Array.from(document.images).every(i => i.complete)")
        assert images.evaluate_all("all => all.map(i => i.naturalWidth)") == [64] * len(expected)
        assert page.locator("#samples img:visible").count() == len(expected) == 2 * 6
        assert width_of(page) <= 400
        shoot(page, "report-pictures-400-unfolded", full_page=True)
    assert page.locator("#samples pre").count() == 0
    # Those of the instances, too.
    more = page.locator("#instances img").count()
    assert more
    expect_inert(page, pictures=len(expected) + more)


def test_an_infeasible_trial_is_never_best(tabs, reports, shown):
    found = known(shown, "guarded")
    page = open_report(tabs, reports["guarded"], width=400, scheme="dark")
    best = [m for m in found.trials if m.trial_number in found.best_trials().values()]
    shown_best = page.locator("#result tr.best td:nth-child(4)").all_inner_texts()
    assert sorted(shown_best) == sorted(f"{m.value:.4g}" for m in best)
    assert all(m.feasible for m in best)
    assert min(m.value for m in found.trials) < min(m.value for m in best), "it is to tempt"
    assert "NOT verified" in page.locator("header").inner_text()
    for steps in (2, 4):
        plot = traces(page, f"figure-landscape-{steps}")
        (chosen,) = [m for m in best if m.budget_steps == steps]
        assert plot["x"][plot["names"].index("best")] == [pair(chosen.candidate)[0]]
    with unfolded(page):
        rows = page.locator("#provenance details tbody tr").all_inner_texts()
    assert len(rows) == 12
    assert {int(row.split("\t")[0]) for row in rows if "INFEASIBLE" in row} == {
        m.trial_number for m in found.trials if not m.feasible
    }


def test_its_policy_lets_nothing_in_from_elsewhere(tabs, reports):
    page = open_report(tabs, reports["grids"])
    policy = page.locator("meta[http-equiv='Content-Security-Policy']").get_attribute("content")
    found = dict(part.split(" ", 1) for part in policy.split("; "))
    assert found["default-src"] == found["base-uri"] == found["form-action"] == "'none'"
    sources = {source for text in found.values() for source in text.split()}
    assert sources == {"'none'", "'unsafe-inline'", "data:", "blob:"}
    assert "data:" not in found["script-src"]
    elsewhere = "link:not([href^='data:']), iframe, object, embed, form, script[src]"
    assert page.locator(elsewhere).count() == 0
    assert not re.search(r"@import|url\(", page.locator("style").first.inner_text())
