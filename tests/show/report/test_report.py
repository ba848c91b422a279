"""The report, its Markdown, the notes of the dashboard, and the words they share."""

from __future__ import annotations

import base64
import json
import re
import struct
import tomllib
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from study_files import SUDOKU4, database, write_study

from mdm_opt.cli.main import main
from mdm_opt.config import parse_study
from mdm_opt.persistence import Repository
from mdm_opt.results.best import best
from mdm_opt.results.text import fenced, interval, markdown, number, result_rows
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.show.notes import LONGEST_SAMPLE, study_note, trial_note
from mdm_opt.show.report import REPORT_FORMATS, read_report
from mdm_opt.show.snapshot import read_snapshot
from mdm_opt.study.opening import create_study
from mdm_opt.study.stored_file import study_toml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A verified study at two step counts."""
    folder = tmp_path_factory.mktemp("report")
    opened = create_study(write_study(folder, steps="[4, 8]", trials="10"), database(folder))
    list(run_trials(opened))
    verify(opened)
    return opened.repository.url


@pytest.fixture(scope="module")
def found(url):
    return read_snapshot("sudoku4", Repository(url, create=False))


class Page(HTMLParser):
    """What a browser would make of a page: text, addresses, cells, open folds."""

    def __init__(self, page):
        super().__init__()
        self.addresses, self.cells, self.elements = [], [], []
        self._cell = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.addresses += [v for k, v in attrs if k in ("src", "href", "action") and v]
        if tag == "td":
            self._cell = ""

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data

    def handle_endtag(self, tag):
        if tag == "td":
            self.cells.append(self._cell)
            self._cell = None


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


def test_samples_of_best_and_linear_stand_side_by_side(url, found):
    groups = read_report("sudoku4", url).samples
    assert [group.steps for group in groups] == [4, 8]
    for group in groups:
        kept = {m.label: found.samples[m.id] for m in reversed(found.verified(group.steps))}
        (best_name, best_texts), (linear_name, linear_texts) = group.columns
        assert best_name.startswith("found: beta(")
        assert linear_name == f"linear, {group.steps} steps"
        assert list(best_texts) == kept["best"]
        assert list(linear_texts) == kept["linear"]
        assert len(best_texts) == 3


def test_more_than_two_samples_fold(html):
    folds = [attrs for tag, attrs in Page(html).elements if tag == "details"]
    # One for the third sample of each step count, one for the trials, one open for the file.
    assert len(folds) == 4
    assert sum("open" in fold for fold in folds) == 1


def test_the_study_file_in_the_page_repeats_the_study(url, found, tmp_path):
    page = read_report("sudoku4", url)
    again = parse_study(tomllib.loads(page.study_toml), "report")
    assert again.identity_hash() == found.record.identity_hash
    file = tmp_path / "sudoku4.toml"
    file.write_text(page.study_toml)
    command = [*page.commands[0].split()[1:2], str(file), "--storage", str(tmp_path / "x.db")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert best("sudoku4", f"sqlite:///{tmp_path}/x.db") == best("sudoku4", url)


def test_facts_say_where_the_numbers_come_from(url, found):
    page = read_report("sudoku4", url)
    facts = dict(page.facts)
    assert facts["model fingerprint"] == found.record.model.fingerprint
    assert facts["study file hash"] == found.record.identity_hash
    calls = sum(m.sequence_calls for m in found.measurements)
    assert facts["measured"].startswith(f"{calls} model calls")
    assert page.state == "10 of 10 trials finished; verified on 32 fresh instances"


def test_the_model_card_has_table_counts_and_study_file(url, found):
    card = REPORT_FORMATS["md"](read_report("sudoku4", url))
    for budget in found.result.budgets:
        assert f"`{' '.join(map(str, budget.counts))}`" in card
        value = markdown(f"{number(budget.value)}")
        assert f"**{value}** | **{markdown(interval(budget.interval))}**" in card
    commands, block = re.findall(r"```text\n(.*?)\n```", card, re.DOTALL)
    assert commands.splitlines()[0] == "mdm-opt run sudoku4.toml"
    assert parse_study(tomllib.loads(block), "card") == found.file


def test_a_study_that_is_not_verified_says_so(tmp_path):
    opened = create_study(write_study(tmp_path), database(tmp_path))
    empty = read_report("sudoku4", opened.repository.url)
    assert "NOT verified" in empty.state
    assert "no feasible trial" in REPORT_FORMATS["html"](empty)
    assert "No feasible trial" in study_note(empty.found)
    list(run_trials(opened))
    searched = read_report("sudoku4", opened.repository.url)
    assert "NOT verified" in searched.state
    assert any("mdm-opt verify sudoku4" in line for line in searched.said)
    # Samples of the search, as there are no others.
    assert [len(group.columns) for group in searched.samples] == [2]


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


def png():
    """The smallest picture: one grey pixel."""

    def chunk(kind, content):
        crc = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + crc

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


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


def test_a_trial_note_says_what_the_trial_was(found):
    record = found.trials[0]
    note = trial_note(found, record, ["1234", png(), "x" * (LONGEST_SAMPLE + 1)])
    assert f"| schedule | {record.candidate.label} |" in note
    assert f"| seed | {markdown(record.label)} |" in note
    assert f"± {record.standard_error:.2g} standard error" in note
    assert " ".join(map(str, found.counts(record))) in note
    assert "```text\n1234\n```" in note
    # A picture is an artifact; a long text is cut.
    assert "base64" not in note
    assert f"[{LONGEST_SAMPLE + 1} characters]" in note
    assert "x" * (LONGEST_SAMPLE + 1) not in note


def test_a_trial_note_names_missed_guards_and_lost_races(found):
    record = found.trials[0]
    missed = replace(record, feasible=False, guards={"entropy": 0.25, "other": -1.0})
    note = trial_note(found, missed, [])
    assert "INFEASIBLE: misses entropy by 0.25" in note
    assert "other" not in note
    lost = replace(record, stopped_early=True, rival_number=7)
    assert "Lost its race against trial 7" in trial_note(found, lost, [])


def test_only_the_best_trials_are_called_best(found):
    best_numbers = set(found.best_trials().values())
    assert len(best_numbers) == 2
    for record in found.trials:
        note = trial_note(found, record, [])
        assert ("The best trial" in note) == (record.trial_number in best_numbers)


@given(TEXT)
def test_fenced_text_cannot_end_its_fence(text):
    first, *middle, last = fenced(text).split("\n")
    assert "\n".join(middle) == text
    assert first == f"{last}text"
    assert set(last) == {"`"}
    assert last not in text


@given(TEXT)
def test_markdown_escapes_every_mark(text):
    shown = markdown(text)
    assert "\n" not in shown
    assert re.sub(r"\\([\\`*_{}\[\]<>|#~!&$])", r"\1", shown) == " ".join(text.split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>|&$]", shown)


@given(
    path=TEXT.filter(lambda t: t and "\0" not in t),
    prefix=st.lists(TEXT, max_size=3),
    options=st.dictionaries(TEXT, TEXT | st.integers(-(2**53), 2**53) | st.booleans(), max_size=3),
    a=st.floats(0.05, 1.0),
    temperature=st.floats(0, 100),
)
def test_a_study_file_survives_toml(path, prefix, options, a, temperature):
    content = {
        "study": {"name": "x"},
        "model": {"kind": "huggingface", "path": path, "length": 8, "prefix": prefix},
        "sampler": {"temperature": temperature, "order": "confidence"},
        "space": {"steps": [2, 4], "beta_a": [a, 2.0]},
        "objective": {"kind": "m:f", "direction": "minimize", "options": options},
        "search": {"seeds": ["energy", [a, 0.5]]},
    }
    file = parse_study(content, "test")
    assert parse_study(tomllib.loads(study_toml(file)), "again") == file


def invoke(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_command_writes_a_page_whole_and_names_the_next_step(url, tmp_path):
    out = tmp_path / "r.html"
    result = invoke("report", "sudoku4", "--out", str(out), "--storage", url)
    assert result.exit_code == 0, result.output
    assert f"wrote {out}: 10 of 10 trials finished; verified" in result.output
    assert out.read_text().startswith("<!DOCTYPE html>")
    assert list(tmp_path.iterdir()) == [out]


def test_command_takes_the_format_from_the_name(url, tmp_path):
    out = tmp_path / "card.md"
    assert invoke("report", "sudoku4", "--out", str(out), "--storage", url).exit_code == 0
    printed = invoke("report", "sudoku4", "--format", "md", "--storage", url)
    # But for the second in which it was written.
    first, second = (
        re.sub(r"reported at: .*", "", text) for text in (out.read_text(), printed.stdout)
    )
    assert first == second
    assert first.startswith("## Mask schedule of sudoku4")


@pytest.mark.parametrize("name", ["nothing", "../x", "<b>", ""])
def test_unknown_studies_are_refused_in_one_line(url, tmp_path, name):
    out = tmp_path / "r.html"
    result = invoke("report", name, "--out", str(out), "--storage", url)
    assert result.exit_code == 2
    assert f"no study {name!r}" in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not out.exists()


def test_a_file_that_cannot_be_written_is_refused_in_one_line(url, tmp_path):
    result = invoke("report", "sudoku4", "--out", str(tmp_path / "no" / "r"), "--storage", url)
    assert result.exit_code == 2
    assert "cannot write" in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_old_study_without_samples_still_has_a_report(tmp_path):
    text = SUDOKU4.replace("[search]", "[search]\nsamples = 0")
    opened = create_study(write_study(tmp_path, text), database(tmp_path))
    list(run_trials(opened))
    page = read_report("sudoku4", opened.repository.url)
    assert page.samples == []
    assert 'id="samples"' not in REPORT_FORMATS["html"](page)


def test_a_study_from_python_is_repeated_from_python(tmp_path):
    from mdm_opt.models.enumerated import EnumeratedDenoiser
    from mdm_opt.models.laws import LAWS
    from mdm_opt.tuning import tune

    def ones(texts):
        return [text.count("1") for text in texts]

    denoiser, kept = EnumeratedDenoiser(LAWS["sudoku4"]()), tmp_path / "kept.db"
    few = {"steps": 4, "trials": 2, "instances": 4, "verify_instances": 4, "seeds": ["energy"]}
    tune(denoiser, ones, storage=kept, progress=False, **few)
    page = read_report("tuned", f"sqlite:///{kept}")
    assert page.commands == []
    assert page.repeat.startswith("Call mdm_opt.tune")
    for write in REPORT_FORMATS.values():
        assert "mdm-opt run" not in write(page)
    assert page.samples[0].columns[0][1]
