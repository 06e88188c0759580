"""Compares the solution's `train_bpe` with Hugging Face `tokenizers`: the same text, as many merges.

    python -m autograder.benchmarks.merges [--megabytes 0.25 1] [--size 4096]

Both split the text into words by the same pattern and learn byte-level merges. The library is written in Rust; what is
compared is how far a teaching solution in Python is from it, and whether both grow alike with the text.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from autograder.assignments.sources import ROOT, source_notebook
from autograder.benchmarks.record import write_record
from autograder.grading.suite import trusted_namespace
from autograder.student import corpora

ASSIGNMENT = "subword_language_model"


def seconds(train: Callable[[str, int], Any], text: str, size: int) -> float:
    """The CPU seconds of a training."""
    start = time.process_time()
    train(text, size)
    return time.process_time() - start


def library(text: str, size: int) -> None:
    """Trains the library's byte-level tokenizer."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, initial_alphabet=alphabet)
    tokenizer.train_from_iterator([text], trainer)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, and writes the numbers to a file with the date in its name."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--megabytes", type=float, nargs="+", default=[0.25, 1.0])
    options.add_argument("--size", type=int, default=4096, help="pieces in the vocabulary")
    options.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks")
    chosen = options.parse_args(arguments)
    corpus = corpora.raw_text(corpora.of(ASSIGNMENT), "train")
    train_bpe = trusted_namespace([cell.source for cell in source_notebook(ASSIGNMENT).definitions()])[
        "train_bpe"
    ]
    table = Table("text", "solution, CPU s", "tokenizers, CPU s", "solution / tokenizers")
    rows = []
    for megabytes in chosen.megabytes:
        text = corpus[: int(megabytes * 1e6)]
        ours = seconds(train_bpe, text, chosen.size)
        theirs = seconds(library, text, chosen.size)
        rows.append({"characters": len(text), "size": chosen.size, "solution": ours, "tokenizers": theirs})
        table.add_row(f"{len(text) / 1e6:.2f} MB", f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.1f}")
    console = Console()
    console.print(table)
    console.print(f"Written: {write_record('merges', rows, chosen.out)}")


if __name__ == "__main__":
    main()
