"""Samples as HTML."""

from __future__ import annotations

from pages import png

from mdm_opt.sample_texts import Sample, lines_of
from mdm_opt.show.report.sample_html import prompt_html, sample_html

HOSTILE = "<b>&'\""
ESCAPED = "&lt;b&gt;&amp;&#39;&#34;"


def test_texts_are_escaped():
    assert sample_html(HOSTILE) == f"<pre>{ESCAPED}</pre>"
    sample = Sample(HOSTILE, HOSTILE, lines_of([HOSTILE, [(HOSTILE, True), (HOSTILE, False)]]))
    marked = f'<mark title="wrong">{ESCAPED}</mark>'
    assert sample_html(sample) == f"<pre>{ESCAPED}\n{marked}{ESCAPED}</pre>"
    assert prompt_html(sample) == f'<pre class="prompt">{ESCAPED}</pre>'


def test_without_a_prompt_nothing_stands_before():
    assert prompt_html("text") == prompt_html(Sample("text")) == ""


def test_pictures_are_pictures():
    assert sample_html(png()) == f'<img src="{png()}" alt="a sample">'


def test_long_texts_are_cut_where_asked():
    assert sample_html("a" * 20, 10) == f"<pre>{'a' * 10}... [20 characters]</pre>"
    assert sample_html("a" * 10, 10) == f"<pre>{'a' * 10}</pre>"
    shown = Sample("a" * 20, "b" * 19 + "?", lines_of(["x" * 11]))
    # Lines are whole, or the text stands there.
    assert sample_html(shown, 10) == f"<pre>{'a' * 10}... [20 characters]</pre>"
    assert sample_html(shown, 11) == f"<pre>{'x' * 11}</pre>"
    # The question comes last.
    assert prompt_html(shown, 5) == '<pre class="prompt">[20 characters] ...bbbb?</pre>'
