"""Samples as HTML: pictures, lines with marks, or their texts."""

from __future__ import annotations

from markupsafe import Markup, escape

from mdm_opt.sample_texts import Line, Sample, picture

# What is wrong is underlined, too: not everybody sees its colour.
_MARKED = Markup('<mark title="wrong">{}</mark>')


def sample_html(text: str, most: int | None = None) -> Markup:
    """A sample as its model shows it; its text is escaped.

    Args:
        text: of the sample, a `Sample` where more is known.
        most: characters that are shown; None shows all.
    """
    if picture(text) is not None:
        return Markup('<img src="{}" alt="a sample">').format(text)
    lines = text.lines if isinstance(text, Sample) else ()
    size = sum(len(piece) for line in lines for piece, _ in line)
    if lines and (most is None or size <= most):
        return Markup("<pre>{}</pre>").format(Markup("\n").join(map(_line, lines)))
    return Markup("<pre>{}</pre>").format(_cut(text, most))


def prompt_html(text: str, most: int | None = None) -> Markup:
    """What stands before a sample: its prompt; empty where there is none.

    Args:
        text: of the sample.
        most: characters of the prompt that are shown, its end; None shows all.
    """
    prompt = text.prompt if isinstance(text, Sample) else ""
    if not prompt:
        return Markup("")
    # Of a long prompt the end is the question.
    long = most is not None and len(prompt) > most
    shown = f"[{len(prompt)} characters] ...{prompt[-most:]}" if long and most else prompt
    return Markup('<pre class="prompt">{}</pre>').format(shown)


def _line(line: Line) -> Markup:
    return Markup("").join(
        _MARKED.format(piece) if marked else escape(piece) for piece, marked in line
    )


def _cut(text: str, most: int | None) -> str:
    long = most is not None and len(text) > most
    return f"{text[:most]}... [{len(text)} characters]" if long else str(text)
