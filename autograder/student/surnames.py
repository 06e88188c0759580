"""Reads the surnames of fifteen languages out of the installed package faker, for the many-to-one task.

The lists come with faker 40.54.0 (MIT licence). Their modules are parsed, not imported: importing faker would take
seconds, and all that is wanted are the literals assigned to `last_names…`. Of 11,795 different names those that occur
in two languages are dropped, which leaves 11,560: 9,254 for training and 2,306 for validation.
"""

import ast
import functools
import importlib.util
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from autograder.student.core.language import _

# Languages, as their reader names them, and what faker calls them.
LOCALES = {
    _("Croatian"): "hr_HR",
    _("Czech"): "cs_CZ",
    _("Dutch"): "nl_NL",
    _("English"): "en_GB",
    _("Estonian"): "et_EE",
    _("Finnish"): "fi_FI",
    _("French"): "fr_FR",
    _("German"): "de_DE",
    _("Irish"): "ga_IE",
    _("Italian"): "it_IT",
    _("Portuguese"): "pt_PT",
    _("Slovak"): "sk_SK",
    _("Spanish"): "es_ES",
    _("Swedish"): "sv_SE",
    _("Zulu"): "zu_ZA",
}


class Surname(NamedTuple):
    """A name and the number of its language in `Surnames.languages`."""

    name: str
    language: int


class Surnames(NamedTuple):
    """The corpus: names sorted by language and then by spelling, every fifth of a language in `valid`."""

    languages: tuple[str, ...]
    train: tuple[Surname, ...]
    valid: tuple[Surname, ...]


@functools.cache
def load_surnames() -> Surnames:
    """All surnames that belong to one language only, split into train and valid.

    >>> surnames = load_surnames()
    >>> surnames.languages[:3], surnames.train[0]
    (('Croatian', 'Czech', 'Dutch'), Surname(name='Abičić', language=0))
    """
    folder = _faker_folder() / "providers" / "person"
    lists = [_last_names(folder / locale / "__init__.py") for locale in LOCALES.values()]
    languages_of_name = Counter(name for names in lists for name in names)
    train: list[Surname] = []
    valid: list[Surname] = []
    for language, names in enumerate(lists):
        unambiguous = sorted(name for name in names if languages_of_name[name] == 1)
        for position, name in enumerate(unambiguous):
            (valid if position % 5 == 4 else train).append(Surname(name, language))
    return Surnames(tuple(LOCALES), tuple(train), tuple(valid))


def _faker_folder() -> Path:
    """Where faker lies; a top-level `find_spec` looks without importing."""
    spec = importlib.util.find_spec("faker")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            _("The surnames come with the package faker, which is not installed: pip install faker==40.54.0")
        )
    return Path(spec.origin).parent


def _last_names(provider: Path) -> set[str]:
    """The names in every literal that a provider's class assigns to an attribute called `last_names…`."""
    tree = ast.parse(provider.read_text(encoding="utf-8"))
    return {
        leaf.value
        for statement in ast.walk(tree)
        if isinstance(statement, ast.Assign) and _is_last_names(statement.targets[0])
        for leaf in ast.walk(statement.value)
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
    }


def _is_last_names(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id.startswith("last_names")
