"""The words of figures and report in English and Chinese, from one list: `terms.csv`."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alopt.results.saved import Run

LANGUAGES = ("en", "zh")

#: How many of a language's units make one of the tables': 1 Mt is 100 times 10,000 t, 1 TWh and
#: 1 bn CNY are 10 times 100 million.
_UNITS = {"en": {}, "zh": {"mt": 100, "twh": 10, "bn_cny": 10}}


@dataclass(frozen=True)
class Terms:
    """The term list in one language.

    Attributes
    ----------
    language : {"en", "zh"}
    words : dict of str to str
        By key.
    """

    language: str
    words: dict[str, str]

    def __call__(self, key: str, **values: Any) -> str:  # noqa: ANN401
        """Return the words of a key with values filled in; KeyError where the list lacks it."""
        return self.words[key].format(**values) if values else self.words[key]

    def of(self, kind: str, name: str) -> str:
        """Return the word of a member of an open list (a source, a check), else its own name."""
        return self.words.get(f"{kind}.{name}", name.replace("_", " "))

    def amount(self, unit: str, value: float) -> float:
        """Return an amount in the unit that the language counts in."""
        return value * _UNITS[self.language].get(unit, 1)

    def form(self, unit: str, digits: int, *, sign: bool = False) -> str:
        """Return the format of an amount: as many digits less as the language's unit is smaller."""
        fewer = len(str(_UNITS[self.language].get(unit, 1))) - 1
        return f"{'+' if sign else ''},.{max(digits - fewer, 0)}f"

    def shown(self, unit: str, value: float, digits: int, *, sign: bool = False) -> str:
        """Write an amount of the tables in the unit of the language; a nil has no sign."""
        return signed(self.amount(unit, value), self.form(unit, digits, sign=sign))

    def region(self, run: Run, region: str) -> str:
        """Return the name of a region; the English one where the table has no Chinese."""
        return region_names(run, self.language).get(region, region)


def signed(value: float, form: str) -> str:
    """Write a number with a true minus, and without a sign where it is written as nil.

    >>> signed(-0.04, "+.1f"), signed(-0.4, "+.1f"), signed(3.0, "+,.0f")
    ('0.0', '−0.4', '+3')
    """
    text = format(value, form)
    return text.replace("-", "−") if re.search("[1-9]", text) else text.lstrip("+-")


def terms(language: str = "en") -> Terms:
    """Return the term list of a language; KeyError where there is none."""
    return Terms(language, _lists()[language])


def region_names(run: Run, language: str) -> dict[str, str]:
    """Names of a run's regions."""
    rows = run.inputs["regions"].records() if "regions" in run.inputs else ()
    chinese = {row["region"]: row.get("name_zh") for row in rows} if language == "zh" else {}
    return {region: str(chinese.get(region) or name) for region, name in run.regions.items()}


def smelter_names(sites: Iterable[Mapping[str, Any]], language: str) -> dict[str, str]:
    """Names of smelters by site, from the rows of the table `sites`; English where there is no Chinese."""
    chinese = language == "zh"
    return {row["site"]: str((chinese and row.get("name_zh")) or row["name"]) for row in sites}


def smelter_name(name: str) -> str:
    """Return the name of a smelter without its places.

    >>> smelter_name("Weiqiao, Zouping and Binzhou"), smelter_name("魏桥（邹平、滨州）")
    ('Weiqiao', '魏桥')
    """
    return re.split(r", | \(|（", name, maxsplit=1)[0]


@cache
def _lists() -> dict[str, dict[str, str]]:
    text = resources.files("alopt.report").joinpath("terms.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return {language: {row["key"]: row[language] for row in rows} for language in LANGUAGES}
