"""Draws the pictures that the notebooks share: tensors or lists in, a matplotlib figure out.

Functions that draw return a closed figure: a notebook shows it as the result of the cell, once. Those in `html` and
`runs` return text on colours and tables, which need no font and no picture. Colours are safe for
colour-blind readers (Okabe and Ito's palette for lines, cividis and the diverging PuOr for surfaces), and no line
is told from another by its colour alone.
"""

from __future__ import annotations

from autograder.student.plots.bars import comparison, next_words, surprise
from autograder.student.plots.curves import (
    bits_curve,
    gates,
    gradient_norms,
    learning_curve,
    memory_curve,
    scaling,
    training_curve,
    vocabulary_growth,
)
from autograder.student.plots.html import coloured_words, next_word_table, surprising_words, token_blocks
from autograder.student.plots.runs import tried
from autograder.student.plots.tables import batches, confusion, heatmaps, next_symbol, padding
from autograder.student.plots.text import coloured_text, growing_pieces, lattice

__all__ = [
    "batches",
    "bits_curve",
    "coloured_text",
    "coloured_words",
    "comparison",
    "confusion",
    "gates",
    "gradient_norms",
    "growing_pieces",
    "heatmaps",
    "lattice",
    "learning_curve",
    "memory_curve",
    "next_symbol",
    "next_word_table",
    "next_words",
    "padding",
    "scaling",
    "surprise",
    "surprising_words",
    "token_blocks",
    "training_curve",
    "tried",
    "vocabulary_growth",
]
