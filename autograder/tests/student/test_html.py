"""Text shown in HTML: every word and token is there, it is escaped, and a script only moves what is there."""

from __future__ import annotations

import json
import re

import pytest
import torch

from autograder.student import plots


def test_the_most_surprising_word_is_the_warmest() -> None:
    """Its number stands under the pointer, the sum below the text."""
    shown = plots.surprising_words(["we", "<hippo>", "."], [1.0, 4.0, 0.0])
    page = shown._repr_html_()
    strengths = [float(found) for found in re.findall(r"rgba\(213,94,0,([\d.]+)\)", page)]
    assert strengths == [0.19, 0.75, 0.0]
    assert "title='4.0'>&lt;hippo&gt;" in page
    assert "together 5.0" in page
    assert repr(shown) == "we 1.0  <hippo> 4.0  . 0.0"


def test_a_cell_is_warm_above_zero_and_cold_below() -> None:
    """As strongly as it is far from zero."""
    page = plots.coloured_words(["a", "b"], torch.tensor([0.5, -1.0]))._repr_html_()
    assert "rgba(213,94,0,0.38)" in page
    assert "rgba(0,114,178,0.75)" in page
    assert "from -1.00 (cold) to 0.50 (warm)" in page


def test_tokens_are_blocks_and_half_characters_are_dots() -> None:
    """Which bytes they are is shown under the pointer; neighbours have two colours."""
    han = "한".encode()
    shown = plots.token_blocks({"English": [b"the", b" c<t\n"], "Korean": [han[:1], han[1:]]})
    page = shown._repr_html_()
    assert "␣c&lt;t↵</span>" in page
    assert "title='ed 95 9c'" not in page
    assert "title='ed'>·</span>" in page
    assert "title='95 9c'>··</span>" in page
    colours = re.findall(r"background:(#\w+)", page)
    assert colours[0] != colours[1]
    assert repr(shown) == "English (2): the|␣c<t↵\nKorean (2): ·|··"


def test_the_table_of_next_words_holds_what_its_script_needs() -> None:
    """The best words with their probabilities at once, and all scores for any other temperature."""
    scores = torch.tensor([2.0, 0.0, 1.0]).log_softmax(0)
    first, second = (plots.next_word_table(scores, ["a", "</script>", "c"], shown=3) for _time in range(2))
    page = first._repr_html_()
    assert re.findall(r"<td>([\d.]+) %</td>", page) == ["66.5", "24.5", "9.0"]
    data = re.search(r"scores = (\[.*?\])", page)
    assert data is not None
    assert json.loads(data[1]) == [0.0, -2.0, -1.0]
    assert "best = [0, 2, 1]" in page
    assert page.count("</script>") == 1, "a word cannot end the script"
    assert "&lt;/script&gt;" in page
    assert page != second._repr_html_(), "two tables of a notebook have two names"
    assert repr(first).splitlines()[0] == " 66.5% a"


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_the_table_begins_at_the_temperature_it_is_given(temperature: float) -> None:
    """The order is that of the scores at every temperature."""
    scores = torch.tensor([0.0, 3.0])
    wanted = (scores / temperature).softmax(0).max().item()
    shown = plots.next_word_table(scores, ["a", "b"], temperature=temperature)
    assert repr(shown).splitlines()[0] == f"{wanted:6.1%} b"
