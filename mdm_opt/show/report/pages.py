"""A report as HTML and as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup
from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs

from mdm_opt.persistence import MeasurementRecord
from mdm_opt.results.legend import legend
from mdm_opt.results.side_by_side_text import compared_headings, compared_rows
from mdm_opt.results.text import (
    fenced,
    headings,
    markdown,
    markdown_table,
    number,
    result_rows,
)
from mdm_opt.sample_texts import picture
from mdm_opt.show.figures import figures
from mdm_opt.show.notes import guard_words, value_words
from mdm_opt.show.report.report_data import ReportData
from mdm_opt.show.report.sample_html import prompt_html, sample_html
from mdm_opt.show.snapshot import Snapshot

# Samples of a step count that are shown unfolded, and characters of one.
_OPEN_SAMPLES, _OPEN_CHARACTERS = 2, 600
# Characters of a sample in the table of instances.
_CELL_CHARACTERS = 300


def template(name: str) -> Template:
    """A page's template; what is put into it is escaped."""
    environment = Environment(
        loader=PackageLoader("mdm_opt.show.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def html(data: ReportData, links: Sequence[tuple[str, str]] = ()) -> str:
    """One page that needs nothing else: scripts, pictures and styles are in it.

    Args:
        data: of the study.
        links: to pages beside it, words and addresses; none where it is handed on.
    """
    drawn = figures(data.found)
    result = data.found.result
    return template("report.html").render(
        data=data,
        links=links,
        found=data.found,
        headings=headings(result) if result else (),
        rows=result_rows(result) if result else (),
        compared_headings=compared_headings(data.compared) if data.compared else (),
        compared_rows=compared_rows(data.compared) if data.compared else (),
        trials=_trial_rows(data.found),
        drawn={name: _Drawn.of(figure) for name, figure in drawn.items()},
        plotly=Markup(get_plotlyjs()) if drawn else "",  # noqa: S704 - our own dependency's code
        is_picture=lambda text: picture(text) is not None,
        open_samples=_OPEN_SAMPLES,
        open_characters=_OPEN_CHARACTERS,
        cell_characters=_CELL_CHARACTERS,
        sample_html=sample_html,
        prompt_html=prompt_html,
        number=number,
        legend=legend(_words_of(data, [figure.layout.title.text for figure in drawn.values()])),
    )


def _words_of(data: ReportData, more: Sequence[str] = ()) -> str:
    """Everything that a report says but its samples and the study file."""
    found, result = data.found, data.found.result
    words = [found.metric, data.state, *data.said, *more]
    if result is not None:
        words += headings(result)
        words += [cell for row in result_rows(result) for cell in row.cells]
    if data.compared is not None:
        words += [*compared_headings(data.compared), *data.compared_said]
    words += [cell for row in _trial_rows(found) for cell in row]
    return "\n".join(words)


@dataclass(frozen=True)
class _Drawn:
    """A figure as the page needs it: plotly's JSON, its title, and its height in pixels."""

    json: Markup
    title: str
    height: int

    @classmethod
    def of(cls, figure: Figure) -> _Drawn:
        return cls(
            json=_in_script(figure.to_json()),
            title=unescape(figure.layout.title.text),
            height=figure.layout.height,
        )


def _in_script(json_text: str) -> Markup:
    """JSON that no text in it can end the script around."""
    safe = json_text.replace("<", "\\u003c").replace("\u2028", "\\u2028")
    return Markup(safe.replace("\u2029", "\\u2029"))  # noqa: S704 - escaped above


def _trial_rows(found: Snapshot) -> list[tuple[str, ...]]:
    return [
        (
            str(m.trial_number),
            str(m.steps),
            m.label,
            m.candidate.label,
            number(m.nfe),
            value_words(found, m),
            str(m.instances),
            _outcome(m),
        )
        for m in found.trials
    ]


def _outcome(record: MeasurementRecord) -> str:
    if record.stopped_early:
        return f"lost its race against trial {record.rival_number}"
    return guard_words(record)


def model_card(data: ReportData) -> str:
    """Markdown for a model card."""
    found, result = data.found, data.found.result
    kind = found.space.decoding.schedule_words.capitalize()
    parts = [
        f"## {kind} of {markdown(found.record.name)}",
        f"{markdown(found.metric)}. {markdown(data.state)}.",
    ]
    if result is not None:
        parts.append(markdown_table(headings(result), result_rows(result)))
    parts.append("\n".join(f"- {markdown(line)}" for line in data.said))
    for budget in result.budgets if result else []:
        if budget.counts:
            counts = " ".join(map(str, budget.counts))
            parts.append(f"Tokens revealed by each of the {budget.steps} steps: `{counts}`")
    if data.compared is not None:
        parts.append("### Beside other studies")
        names, rows = compared_headings(data.compared), compared_rows(data.compared)
        parts.append(markdown_table(names, rows))
        parts.append("\n".join(f"- {markdown(line)}" for line in data.compared_said))
    words = legend(_words_of(data))
    parts.append("### Words")
    parts.append("\n".join(f"- **{word}**: {markdown(meaning)}" for word, meaning in words))
    parts.append("### Where the numbers come from")
    parts.append("\n".join(f"- {markdown(name)}: {markdown(value)}" for name, value in data.facts))
    parts.append("### To repeat it")
    parts.append(markdown(data.repeat))
    if data.commands:
        parts.append(fenced("\n".join(data.commands)))
    parts.append(fenced(data.study_toml.rstrip("\n")))
    return "\n\n".join(parts) + "\n"


REPORT_FORMATS: Mapping[str, Callable[[ReportData], str]] = {"html": html, "md": model_card}
