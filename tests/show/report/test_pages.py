"""A report as HTML and as Markdown."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from dataclasses import replace

import pytest
from pages import Page, png

from mdm_opt.config import parse_study
from mdm_opt.results.best import best
from mdm_opt.results.text import interval, markdown, number, result_rows
from mdm_opt.show.notes import study_note
from mdm_opt.show.report import REPORT_FORMATS, read_report
from mdm_opt.show.report.instances import instance_tables
from mdm_opt.sudoku import is_valid


@pytest.fixture(scope="module")
def html(url):
    return REPORT_FORMATS["html"](read_report("sudoku4", url))


def test_the_page_has_every_cell_of_the_verified_table(url, html):
    cells = Page(html).cells
    rows = [list(row.cells) for row in result_rows(best("sudoku4", url))]
    assert len(rows) == 8
    assert cells[: sum(map(len, rows))] == [cell for row in rows for cell in row]


def test_the_page_needs_nothing_else(html):
    page = Page(html)
    assert all(address.startswith("data:") for address in page.addresses)
    policy = [a["content"] for _, a in page.elements if "http-equiv" in a]
    assert len(policy) == 1
    assert "default-src 'none'" in policy[0]
    assert not re.search(r"https?:", policy[0])


def test_the_page_has_the_figures_as_they_are_drawn(html, found):
    from mdm_opt.show.figures import figures

    for name, figure in figures(found).items():
        data = re.search(rf'id="data-{name}">(.*?)</script>', html, re.DOTALL)[1]
        assert json.loads(data)["data"] == json.loads(figure.to_json())["data"]


def test_more_than_two_samples_fold(html, found):
    folds = [attrs for tag, attrs in Page(html).elements if tag == "details"]
    # One for the third sample of each step count and its instances where any differ, one for the
    # trials, one open for the file.
    differing = sum(bool(table.better or table.worse) for table in instance_tables(found))
    assert len(folds) == 2 + differing + 2
    assert differing
    assert sum("open" in fold for fold in folds) == 1


def test_the_model_card_has_table_counts_and_study_file(url, found):
    card = REPORT_FORMATS["md"](read_report("sudoku4", url))
    for budget in found.result.budgets:
        assert f"`{' '.join(map(str, budget.counts))}`" in card
        value = markdown(f"{number(budget.value)}")
        assert f"**{value}** | **{markdown(interval(budget.interval))}**" in card
    commands, block = re.findall(r"```text\n(.*?)\n```", card, re.DOTALL)
    assert commands.splitlines()[0] == "mdm-opt run sudoku4.toml"
    assert parse_study(tomllib.loads(block), "card") == found.file


def test_a_page_explains_the_words_that_it_uses(url, found, html):
    card = REPORT_FORMATS["md"](read_report("sudoku4", url))
    raced = any(m.stopped_early for m in found.trials)
    for word in ("NFE", "instances", "verified", "interval", "adjusted interval"):
        assert f"<dt>{word}</dt>" in html
        assert f"- **{word}**: " in card
    assert ("<dt>race</dt>" in html) == raced


def test_the_instances_are_a_table_with_grids(html, found):
    table = html.partition('aria-label="instances at 8 steps"')[2].partition("</table>")[0]
    rows = re.findall(r'<th scope="row">(\d+)</th>', table)
    verified = next(m for m in found.verified(8) if m.label == "best")
    assert len(rows) == min(24, verified.instances)
    assert table.count("<pre>") == 2 * len(rows)
    assert ("are left out" in table) == (verified.instances > 24)
    # Invalid grids have something wrong, valid ones nothing.
    for sample in found.samples[verified.id]:
        assert ("^" in sample.shown) == (not is_valid([sample])[0])


HOSTILE = '</script><img src=x onerror="alert(1)">`|'


def test_hostile_texts_are_shown_as_text(url, found):
    samples = {m.id: [HOSTILE] * 3 for m in found.measurements}
    page = read_report("sudoku4", url)
    hostile = replace(
        page,
        found=replace(found, record=replace(found.record, objective=HOSTILE), samples=samples),
        samples=[
            replace(one, columns=tuple((HOSTILE, (HOSTILE,) * 3) for _ in one.columns))
            for one in page.samples
        ],
    )
    html = REPORT_FORMATS["html"](hostile)
    assert not [tag for tag, _ in Page(html).elements if tag == "img"]
    assert html.count("</script>") == REPORT_FORMATS["html"](page).count("</script>")
    note = study_note(hostile.found)
    assert "<img" not in note.replace("\\<", "")


def test_pictures_are_shown_as_pictures_and_svg_is_not(url):
    page = read_report("sudoku4", url)
    svg = "data:image/svg+xml;base64," + base64.b64encode(b"<svg onload='x()'/>").decode()
    for text, pictures in ((png(), 12), (svg, 0)):
        shown = replace(
            page,
            samples=[
                replace(one, columns=tuple((name, (text,) * 3) for name, _ in one.columns))
                for one in page.samples
            ],
        )
        elements = Page(REPORT_FORMATS["html"](shown)).elements
        assert [a["src"] for tag, a in elements if tag == "img"] == [text] * pictures
