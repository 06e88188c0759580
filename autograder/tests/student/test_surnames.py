"""The corpus of surnames: complete, unambiguous, split by a stated rule, and read without importing faker."""

import subprocess
import sys
import unicodedata
from collections import Counter

import pytest

from autograder.student import surnames as module
from autograder.student.surnames import LOCALES, load_surnames

# Names of each language that no other language has: (train, valid).
COUNTS = {
    "Croatian": (633, 158),
    "Czech": (122, 30),
    "Dutch": (824, 206),
    "English": (369, 92),
    "Estonian": (380, 94),
    "Finnish": (297, 74),
    "French": (264, 65),
    "German": (304, 76),
    "Irish": (1903, 475),
    "Italian": (924, 230),
    "Portuguese": (51, 12),
    "Slovak": (1370, 342),
    "Spanish": (823, 205),
    "Swedish": (361, 90),
    "Zulu": (629, 157),
}


def test_every_language_has_its_names() -> None:
    """The counts of the pinned version of faker, and the sums that the docstring quotes."""
    surnames = load_surnames()
    train, valid = (Counter(entry.language for entry in part) for part in (surnames.train, surnames.valid))
    assert {name: (train[n], valid[n]) for n, name in enumerate(surnames.languages)} == COUNTS
    quoted = (len(surnames.train) + len(surnames.valid), len(surnames.train), len(surnames.valid))
    assert quoted == (11_560, 9_254, 2_306)
    documented = str(module.__doc__)
    assert all(f"{number:,}" in documented for number in (11_795, *quoted))


def test_names_of_two_languages_are_dropped() -> None:
    """The docstring's 11,795 are the different names before that, and none occurs twice after it."""
    folder = module._faker_folder() / "providers" / "person"
    lists = [module._last_names(folder / locale / "__init__.py") for locale in LOCALES.values()]
    assert len(set().union(*lists)) == 11_795
    surnames = load_surnames()
    occurrences = Counter(entry.name for entry in surnames.train + surnames.valid)
    assert set(occurrences.values()) == {1}
    assert "Novák" not in occurrences  # Czech and Slovak


def test_every_fifth_name_of_a_language_validates() -> None:
    """In the order of spelling: four train, one validates, and so on."""
    surnames = load_surnames()
    irish = surnames.languages.index("Irish")
    train = [entry.name for entry in surnames.train if entry.language == irish]
    valid = [entry.name for entry in surnames.valid if entry.language == irish]
    assert sorted(train + valid)[4::5] == valid


def test_the_names_are_text_a_student_can_read() -> None:
    """Composed letters without stray spaces; the odd apostrophe, hyphen or comma is part of a name."""
    for entry in load_surnames().train:
        assert entry.name == unicodedata.normalize("NFC", entry.name).strip()
        assert all(letter.isalpha() or letter in " '’-,." for letter in entry.name), entry.name


def test_reading_them_imports_neither_faker_nor_its_thousand_modules() -> None:
    """A fresh interpreter, because pytest may have imported faker as a plugin."""
    program = (
        "import sys; from autograder.student.surnames import load_surnames; load_surnames(); "
        "print('faker' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_a_missing_faker_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that repairs it."""
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install faker"):
        module._faker_folder()
