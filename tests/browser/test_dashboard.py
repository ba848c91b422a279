"""The dashboard as a browser shows it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from playwright.sync_api import expect
from records import pair
from shown_studies import GROWING, HOSTILE_NAME, HOSTILE_TEXT, known, make_shown
from tabs import contrasts, shoot, traces, width_of

from mdm_opt.results.text import conclusions, headings, result_rows
from mdm_opt.sample_texts import picture
from mdm_opt.show.figures import figures
from mdm_opt.show.notes import LONGEST_SAMPLE

# Of small text (WCAG 2, level AA).
READABLE = 4.5
STUDIES = ("grids", "guarded", "hostile", "pictures", HOSTILE_NAME)
PLOT = "user-defined-plot:mdm-opt-"
# Of the dashboard's own plot of the front.
INFEASIBLE, BEST = 1, 3
# How often a page of a study is brought up to date.
REFRESHED = 10_000


@pytest.fixture(scope="module")
def addresses(board):
    """Of the pages of each study."""
    return {name: f"{board.trials}/studies/{number}" for name, number in numbers(board).items()}


@pytest.fixture(scope="module")
def grids(shown):
    return known(shown, "grids")


@pytest.fixture(scope="module")
def guarded(shown):
    return known(shown, "guarded")


def numbers(board):
    """Studies by name."""
    found = board.ask("GET", "/api/studies").json["study_summaries"]
    return {study["study_name"]: study["study_id"] for study in found}


def open_study(tabs, address, last="quality", **options):
    """The page of a study, with its plots up to one of ours."""
    page = tabs.open(address, **options)
    page.wait_for_function("id => document.getElementById(id)?._fullData", arg=f"{PLOT}{last}")
    return page


def open_trial(tabs, address, number):
    page = tabs.open(f"{address}/trials?numbers={number}")
    page.get_by_role("heading", name=f"Trial {number} (").wait_for()
    return page


def cells(table):
    """Text of every cell, row by row."""
    return table.evaluate(
        "t => Array.from(t.rows, r => Array.from(r.cells, c => c.innerText.trim()))"
    )


def best_listed(page):
    """Numbers of the trials in the card of the best."""
    card = page.get_by_text("Best Trials", exact=True).locator("xpath=../..")
    return {int(n) for n in re.findall(r"^Trial (\d+)$", card.inner_text(), re.MULTILINE)}


def badges(page):
    """Numbers of the trials of the list that are called best, and of all."""
    rows = page.locator("li").filter(has=page.get_by_text(re.compile(r"^Trial \d+$")))
    texts = [text.split("\n") for text in rows.all_inner_texts()]
    found = {int(lines[0].removeprefix("Trial ")): "Best Trial" in lines for lines in texts}
    return {number for number, best in found.items() if best}, set(found)


def undominated(records, sign):
    """Of the feasible trials that nothing stopped, those that no other one beats."""
    points = {
        m.trial_number: (sign * m.value, m.nfe)
        for m in records
        if m.feasible and not m.stopped_early
    }
    return {
        number
        for number, (value, nfe) in points.items()
        if not any(v <= value and n <= nfe and (v, n) != (value, nfe) for v, n in points.values())
    }


def front_of(page, sign):
    """Value and model calls of what the dashboard's own plot calls best and infeasible."""
    page.wait_for_function("() => document.getElementById('graph-pareto-front')?._fullData")
    drawn = traces(page, "graph-pareto-front")
    return [
        sorted((sign * x, y) for x, y in zip(drawn["x"][i], drawn["y"][i], strict=True))
        for i in (BEST, INFEASIBLE)
    ]


def expect_inert(page):
    """Nothing was made of a hostile text; dialogs and requests are noticed by themselves."""
    assert page.locator("[onerror], [onload], a[href^='javascript:']").count() == 0
    ours = "script:not([src='/static/bundle.js'], [src='/static/mdm-opt.js'])"
    assert page.locator(ours).count() == 0
    assert page.locator("img[src='x'], img[src*='example.com']").count() == 0


def test_all_studies_are_listed_and_names_are_text(tabs, board):
    page = tabs.open(board.trials)
    for name in STUDIES:
        expect(page.get_by_text(re.compile(rf"^\d+\. {re.escape(name)}$"))).to_be_visible()
    assert page.locator("img").count() == 0
    expect_inert(page)
    shoot(page, "dashboard-studies")


def test_a_study_has_our_plots_with_their_traces(tabs, addresses, grids):
    drawn = figures(grids)
    page = open_study(tabs, addresses["grids"], list(drawn)[-1])
    ids = page.locator(f"[id^='{PLOT}']").evaluate_all("all => all.map(one => one.id)")
    assert ids == [f"{PLOT}{name}" for name in drawn]
    assert len(ids) == 8
    for name, figure in drawn.items():
        found = traces(page, f"{PLOT}{name}")
        # In the dashboard it has several lines.
        title = unescape(figure.layout.title.text)
        assert found["title"].replace(" ", "") == title.replace(" ", "")
        assert found["types"] == [trace.type for trace in figure.data]
        for given, trace in zip(found["names"], figure.data, strict=True):
            assert trace.name in (given, None)
        for kind, layer in (("scatter", "scatters"), ("bar", "bars"), ("contour", "contours")):
            assert found[layer] == found["types"].count(kind), (name, kind)
    counts = traces(page, f"{PLOT}reveal-counts-6")
    assert counts["names"] == ["found", "linear"]
    assert counts["y"] == [list(grids.result.budgets[0].counts), [6] * 6]
    quality = traces(page, f"{PLOT}quality")
    best = quality["names"].index("found, verified")
    assert quality["y"][best] == [budget.value for budget in grids.result.budgets]
    shoot(page, "dashboard-study", full_page=True)


def test_the_best_trials_of_a_study_are_ours(tabs, addresses, grids):
    page = open_study(tabs, addresses["grids"])
    assert best_listed(page) == set(grids.best_trials().values())
    assert len(best_listed(page)) == 2


def test_the_pareto_front_comes_first_and_has_no_dominated_trial(tabs, addresses, grids):
    page = open_study(tabs, addresses["grids"])
    best, infeasible = front_of(page, -1)
    drawn = page.locator(".js-plotly-plot").evaluate_all("all => all.map(one => one.id)")
    assert drawn[0] == "graph-pareto-front"
    front = undominated(grids.trials, -1)
    assert best == sorted((-m.value, m.nfe) for m in grids.trials if m.trial_number in front)
    assert infeasible == []
    # Ties are what the dashboard by itself gets wrong.
    points = [(m.value, m.nfe) for m in grids.trials if m.trial_number not in front]
    assert len(set(points)) < len(points), "the study is to tempt"
    shoot(page, "dashboard-pareto")


def test_the_note_of_a_study_has_the_verified_numbers(tabs, addresses, grids):
    page = tabs.open(f"{addresses['grids']}/note")
    table = page.locator("table").first
    table.wait_for()
    rows = result_rows(grids.result)
    assert cells(table) == [list(headings(grids.result)), *(list(row.cells) for row in rows)]
    assert len(rows) == 2 * 4
    assert all(budget.verified and budget.instances == 16 for budget in grids.result.budgets)
    for line in conclusions(grids.result, "mdm-opt verify grids"):
        expect(page.get_by_text(line, exact=True)).to_be_visible()
    bold = table.locator("tr").filter(has=page.locator("strong")).all_inner_texts()
    best = [row.cells[1] for row in rows if row.best]
    assert [text.split("\t")[1] for text in bold] == best
    shoot(page, "dashboard-note")


def test_a_trial_has_its_numbers_and_its_samples(tabs, addresses, grids):
    number = grids.best_trials()[9]
    (record,) = [m for m in grids.trials if m.trial_number == number]
    page = open_trial(tabs, addresses["grids"], number)
    facts = dict(cells(page.locator("table").first)[1:])
    assert facts["tokens revealed by each step"] == " ".join(map(str, grids.counts(record)))
    assert facts["step count"] == "9"
    assert facts["validity (share)"].startswith(f"{record.value:.4g} ± ")
    assert facts["seed"] == record.label
    samples = page.locator("pre").all_inner_texts()
    assert [text.strip() for text in samples] == [s.shown for s in grids.samples[record.id]]
    assert all(text.count("|") == 6 for text in samples)
    assert len(samples) == 4
    shoot(page, "dashboard-trial")


@pytest.mark.parametrize("name", ["grids", "guarded"])
def test_the_badge_is_on_the_best_trials_and_no_others(tabs, shown, addresses, name):
    found = known(shown, name)
    least = min(found.trials, key=lambda m: m.value)
    page = open_trial(tabs, addresses[name], least.trial_number)
    best, seen = badges(page)
    assert seen == {m.trial_number for m in found.trials}
    assert best == set(found.best_trials().values())
    assert len(best) == 2
    if name == "guarded":
        assert not least.feasible, "the study is to tempt"
        assert least.trial_number not in best
        facts = dict(cells(page.locator("table").first)[1:])
        assert facts["guards"].startswith("INFEASIBLE: misses entropy by ")


@pytest.mark.cases(2)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 500, 400])
def test_a_study_begins_with_what_was_found_fits_and_can_be_read(
    tabs, addresses, grids, width, scheme
):
    page = open_study(tabs, addresses["grids"], "landscape-9", width=width, scheme=scheme)
    box = page.get_by_role("region", name="What was found")
    rows = result_rows(grids.result)
    assert cells(box.locator("table")) == [
        list(headings(grids.result)),
        *(list(row.cells) for row in rows),
    ]
    assert box.get_by_role("listitem").all_inner_texts() == conclusions(
        grids.result, "mdm-opt verify grids"
    )
    assert box.get_by_role("link").get_attribute("href") == "/results/grids"
    assert width_of(page) <= width
    assert page.evaluate("document.querySelector('main').scrollWidth") <= width
    # A switch that is off cannot be used, and need not be read.
    low = [one for one in contrasts(page) if one[0] < READABLE and "PRUNED" not in one[1]]
    assert low == []
    expect_titles_beside_buttons(page)
    nameless = page.locator("a, button").evaluate_all(
        "all => all.filter(one => one.checkVisibility() && !one.closest('.modebar')"
        " && !(one.textContent || one.ariaLabel || one.title)).length"
    )
    assert nameless == 0
    shoot(page, f"dashboard-study-{width}-{scheme}", full_page=True)


def expect_titles_beside_buttons(page):
    """Plotly's buttons lie over no title, and no title leaves its plot."""
    overlaps = page.evaluate(
        """plot => Array.from(document.querySelectorAll(`[id^='${plot}']`), box => {
          const title = box.querySelector('.gtitle').getBoundingClientRect();
          const buttons = box.querySelector('.modebar').getBoundingClientRect();
          const all = box.getBoundingClientRect();
          return [box.id, buttons.bottom <= title.top + 1, title.right <= all.right];
        }).filter(one => !(one[1] && one[2]))""",
        PLOT,
    )
    assert overlaps == []


def test_what_was_found_follows_from_page_to_page(tabs, addresses, board):
    page = open_study(tabs, addresses["grids"], name="walk")
    box = page.locator("#mdm-opt-result")
    expect(box).to_have_count(1)
    page.get_by_role("link", name="all studies").click()
    expect(box).to_have_count(0)
    page.get_by_text(re.compile(r"^\d+\. guarded$")).click()
    expect(box.get_by_text("; NOT verified")).to_be_visible()
    expect(box).to_have_count(1)
    page.go_back()
    foreign = tabs.open(addresses[HOSTILE_NAME], name="walk")
    expect(foreign.get_by_text("Best Trial").first).to_be_visible()
    expect(foreign.locator("#mdm-opt-result")).to_have_count(0)


def test_an_infeasible_trial_is_never_best(tabs, addresses, guarded):
    missed = {m.trial_number: m for m in guarded.trials if not m.feasible}
    page = open_study(tabs, addresses["guarded"], "landscape-4")
    assert best_listed(page) == set(guarded.best_trials().values())
    assert not best_listed(page) & missed.keys()
    best, infeasible = front_of(page, 1)
    assert infeasible == sorted((m.value, m.nfe) for m in missed.values())
    front = undominated(guarded.trials, 1)
    assert best == sorted((m.value, m.nfe) for m in guarded.trials if m.trial_number in front)
    assert len({nfe for _, nfe in best}) == 2
    for steps in (2, 4):
        of = [m for m in guarded.trials if m.budget_steps == steps]
        assert min(of, key=lambda m: m.value).trial_number in missed, "the study is to tempt"
        plot = traces(page, f"{PLOT}landscape-{steps}")
        shown = dict(zip(plot["names"], plot["x"], strict=True))
        assert sorted(shown["infeasible"]) == sorted(
            pair(m.candidate)[0] for m in of if not m.feasible
        )
        (chosen,) = [m for m in of if m.trial_number == guarded.best_trials()[steps]]
        assert shown["best"] == [pair(chosen.candidate)[0]]
        assert chosen.feasible
    shoot(page, "dashboard-infeasible", full_page=True)


def test_hostile_samples_are_text_and_no_wider_than_the_page(tabs, addresses, shown):
    found = known(shown, "hostile")
    record = found.trials[-1]
    texts = list(found.samples[record.id])
    assert HOSTILE_TEXT in texts[1]
    assert {len(text) > LONGEST_SAMPLE for text in texts} == {False, True}
    page = open_trial(tabs, addresses["hostile"], record.trial_number)
    samples = [text.rstrip("\n") for text in page.locator("pre").all_inner_texts()]
    assert samples == [
        text
        if len(text) <= LONGEST_SAMPLE
        else f"{text[:LONGEST_SAMPLE]}\n[{len(text)} characters]"
        for text in texts
    ]
    facts = dict(cells(page.locator("table").first)[1:])
    assert "shown_plugins:score (<b>points</b> | `x`)" in facts
    for i, text in enumerate(texts):
        whole = page.get_by_text(f"sample-{i}.txt", exact=True)
        expect(whole).to_be_visible(visible=len(text) > LONGEST_SAMPLE)
    expect_inert(page)
    assert width_of(page) <= 1280
    shoot(page, "dashboard-hostile-trial", full_page=True)


def test_a_hostile_unit_and_objective_are_text(tabs, addresses, shown):
    metric = known(shown, "hostile").metric
    assert "<b>points</b>" in metric
    page = tabs.open(f"{addresses['hostile']}/note")
    expect(page.get_by_text(metric, exact=True)).to_be_visible()
    expect_inert(page)
    page = open_study(tabs, addresses["hostile"])
    title = f"Quality against model calls: {metric}"
    assert traces(page, f"{PLOT}quality")["title"].replace(" ", "") == title.replace(" ", "")
    expect_inert(page)
    # One step count has no front.
    assert page.locator("#graph-pareto-front").count() == 0


def test_a_foreign_study_of_a_hostile_name_is_shown_and_inert(tabs, addresses):
    page = tabs.open(addresses[HOSTILE_NAME])
    page.wait_for_function("() => document.getElementById('plot-history')?._fullData")
    expect(page.get_by_text(f"{HOSTILE_NAME} (id=").first).to_be_visible()
    assert page.locator(f"[id^='{PLOT}']").count() == 0
    expect_inert(page)
    page = open_trial(tabs, addresses[HOSTILE_NAME], 1)
    parameter = re.compile(rf"^{re.escape(HOSTILE_NAME)} 0\.\d+")
    expect(page.get_by_text(parameter).first).to_be_visible()
    expect_inert(page)


def test_pictures_are_shown_as_pictures(tabs, addresses, shown):
    found = known(shown, "pictures")
    record = found.trials[0]
    texts = found.samples[record.id]
    assert all(picture(text) for text in texts)
    page = open_trial(tabs, addresses["pictures"], record.trial_number)
    page.locator("img").nth(5).wait_for()
    page.wait_for_function("() => Array.from(document.images).every(i => i.complete)")
    widths = page.locator("img").evaluate_all("all => all.map(i => i.naturalWidth)")
    assert widths == [64] * len(texts) == [64] * 6
    assert page.locator("pre").count() == 0
    page.locator("img").first.scroll_into_view_if_needed()
    shoot(page, "dashboard-pictures")


@pytest.mark.slow
def test_plots_and_notes_follow_a_running_study(tabs, board, shown):
    make_shown(shown, GROWING.replace("trials = 5", "trials = 2"), verified=False)
    address = f"{board.trials}/studies/{numbers(board)['growing']}"
    note = tabs.open(f"{address}/note")
    expect(note.get_by_text("2 of 2 trials finished")).to_be_visible()
    page = tabs.open("about:blank", name="running")
    page.clock.install()
    open_study(tabs, address, name="running")
    page.wait_for_function(SEARCHED, arg=2)
    make_shown(shown, GROWING)
    # Nobody reloads the page.
    page.clock.fast_forward(REFRESHED + 1000)
    page.wait_for_function(SEARCHED, arg=5)
    page.clock.fast_forward(REFRESHED + 1000)
    page.wait_for_function(VERIFIED)
    note.reload()
    expect(note.get_by_text("5 of 5 trials finished")).to_be_visible()
    rows = result_rows(known(shown, "growing").result)
    assert cells(note.locator("table").first)[1:] == [list(row.cells) for row in rows]


QUALITY = f"document.getElementById('{PLOT}quality')?._fullData ?? []"
SEARCHED = f"n => ({QUALITY}).some(t => t.name === 'search (biased)' && t.x.length === n)"
VERIFIED = f"() => ({QUALITY}).some(t => t.name === 'found, verified')"


@pytest.mark.slow
def test_what_goes_wrong_in_a_page_is_noticed(tabs, tmp_path):
    (tmp_path / "bad.html").write_text(
        "<script>console.error('one'); setTimeout(() => { alert('two'); throw Error('three') })"
        "</script><img src='http://127.0.0.1:9/x.png'>"
    )
    page = tabs.open((tmp_path / "bad.html").as_uri())
    page.wait_for_function("() => document.images[0].complete")
    page.wait_for_timeout(200)
    found = " ".join(tabs.troubles)
    said = ("console: one", "dialog: two", "error: three", "request: http://127.0.0.1:9/x.png")
    assert [words for words in (*said, "failed: http://127.0.0.1:9/") if words not in found] == []
    tabs.troubles.clear()
