"""What a published figure is, the rules of its tolerance, and how the model's number is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alopt.run import Results


@dataclass(frozen=True)
class Tolerance:
    """Lowest and highest value that agree with a figure, and the rule that they follow."""

    low: float
    high: float
    rule: str


@dataclass(frozen=True)
class Figure:
    """One published number.

    Attributes
    ----------
    theme, name, unit : str
    published : float
        As printed; the middle where a range is printed.
    tolerance : Tolerance
    citation : str
    source : str or None
        Key in the inputs' `sources.csv`, where the inputs use the source too.
    calibrated : bool
        Whether inputs were set with the figure in view.
    scenario : str or None
        The run that is compared; None where the figure follows from others of its source, or
        where no run can be asked.
    computed : callable or None
        The model's number, from the results of that run; None where the model cannot be asked.
    hit : bool or None
        Whether it agrees; None where nothing is compared or where the row is information only.
    deviation : float or None
        Of a miss: computed over published, less one.
    cause : str or None
        Of a miss: why, as far as is known. Of a row without a verdict: why there is none.
    note : str or None
        Of a hit: what to know before trusting it.
    """

    theme: str
    name: str
    unit: str
    published: float
    tolerance: Tolerance
    citation: str
    source: str | None
    calibrated: bool
    scenario: str | None
    computed: Callable[[Any], float] | None
    hit: bool | None = True
    deviation: float | None = None
    cause: str | None = None
    note: str | None = None

    @property
    def kind(self) -> str:
        """What the row does: it tests the model or its source, informs, or says what is not modelled."""
        if self.computed is None:
            return "not modelled"
        if self.hit is None:
            return "information"
        return "model" if self.scenario else "source"


def printed_digit(value: float, digit: float) -> Tolerance:
    """Half of the last printed digit either way."""
    return Tolerance(value - digit / 2, value + digit / 2, "printed digit")


def printed_range(low: float, high: float) -> Tolerance:
    """From the lowest to the highest printed figure."""
    return Tolerance(low, high, "printed range")


def two_per_cent(value: float) -> Tolerance:
    """2 % either way."""
    return Tolerance(0.98 * value, 1.02 * value, "two per cent")


def two_points(share: float) -> Tolerance:
    """Two percentage points either way, or a tenth of a small share."""
    width = min(0.02, 0.1 * share)
    return Tolerance(share - width, share + width, "two points")


def not_modelled(
    theme: str, name: str, unit: str, published: float, tolerance: Tolerance, citation: str, cause: str
) -> Figure:
    """A figure that no run can be asked, with the reason."""
    return Figure(
        theme,
        name,
        unit,
        published,
        tolerance,
        citation,
        source=None,
        calibrated=False,
        scenario=None,
        computed=None,
        hit=None,
        cause=cause,
    )


CNIA = (
    "China Nonferrous Metals Industry Association, speech at the China International Aluminum Industry "
    "Conference, 2025"
)
CNIA_2023 = (
    "China Nonferrous Metals Industry Association, 12 September 2024; quoted by Argus Media, viewpoint on "
    "low-carbon aluminium in 2025, news 2641751"
)
CNIA_2024 = (
    "China Nonferrous Metals Industry Association, preliminary estimate of 2025; quoted by Mysteel, "
    "news 5107627"
)
WANG = (
    "Wang S., Alimento R., Jiang J.: A Crossroads for Aluminum and Electrified Heavy Industry, "
    "The Breakthrough Institute, 2025"
)
SMM_DECEMBER = (
    "SMM: overview of primary aluminium production in December 2024; transcribed by AlCircle, "
    "press release 113017"
)
NBS_2020 = (
    "National Bureau of Statistics, output of 2020; quoted by the Ministry of Industry, 12 February 2021"
)

#: Output of primary aluminium and of alumina, Mt, National Bureau of Statistics.
PRIMARY_2020, ALUMINA_2020 = 37.08, 73.13
PRIMARY_2022, PRIMARY_2023 = 41.59 / 1.037, 41.59
#: As quoted with the emissions of 2024; the communique on 2024 rounds to 44.0.
PRIMARY_2024 = 43.82


def year(results: Results, name: str) -> Any:
    """An entry of the first model year's summary."""
    return results.summary["years"][str(results.data.calendar.years[0])][name]


def by_source(results: Results, *sources: str) -> float:
    """Emissions of some sources in the first model year, Mt CO2e."""
    emissions = year(results, "emissions_mt_co2e")["by_source"]
    return float(sum(emissions[source] for source in sources))


def within(results: Results, boundary: str) -> float:
    """Emissions within a nested boundary in the first model year, Mt CO2e."""
    return float(year(results, "emissions_mt_co2e")["by_boundary"][boundary])


def intensity(results: Results, boundary: str) -> float:
    """Emissions within a nested boundary per tonne of primary aluminium, t CO2e/t."""
    return within(results, boundary) / float(year(results, "production_mt"))


def component(results: Results, name: str) -> float:
    """A component of resource cost per tonne of primary aluminium, CNY/t without VAT."""
    costs = results["costs"]
    first = results.data.calendar.years[0]
    spent = costs.loc[(costs["component"] == name) & (costs["year"] == first), "cost_m_cny"].sum()
    return float(spent / year(results, "production_mt"))
