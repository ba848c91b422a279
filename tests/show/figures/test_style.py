"""What all figures share."""

from __future__ import annotations

from plotly.graph_objects import Figure, Scatter

from mdm_opt.show.figures.style import COLOURS, SHOWN_NAMES, laid_out, logarithmic, plain


def test_texts_of_users_are_no_markup():
    assert plain("<b>a & b</b>") == "&lt;b&gt;a &amp; b&lt;/b&gt;"


def test_axes_are_logarithmic_over_wide_ranges_only():
    assert logarithmic([1.0, 9.0])
    assert not logarithmic([1.0, 7.0])
    assert not logarithmic([0.0, 9.0])


def test_titles_are_plain_text_and_layout_is_passed_on():
    figure = Figure(Scatter(x=[1], y=[1]))
    assert laid_out(figure, "<b>x</b> & y", height=123, showlegend=False) is figure
    layout = figure.layout
    assert layout.title.text == "&lt;b&gt;x&lt;/b&gt; &amp; y"
    assert (layout.height, layout.showlegend) == (123, False)
    # It serves on light and on dark pages.
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_every_baseline_has_a_colour_and_a_name():
    assert COLOURS.keys() == SHOWN_NAMES.keys()
    assert len(set(COLOURS.values())) == len(set(SHOWN_NAMES.values())) == len(COLOURS)
