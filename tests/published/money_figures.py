"""Labour, cost and quota."""

from __future__ import annotations

from alopt.run import Results

from .figure import WANG, Figure, component, printed_range, two_per_cent, year

LABOUR, COST, QUOTA = "Labour", "Cost", "Quota"

SMM_COST = "SMM: aluminium cost review of November 2025, 1 December 2025"
REUTERS_2020 = "Reuters, 2020, in the Financial Post: 538.65 M CNY for 135 kt/a, without VAT"

#: Employees of seven Chinese smelters over their capacity in kt (middle where a range is printed).
EMPLOYEES = 3000 + 3800 + 3246 + 1000 + (7220 + 12_000) / 2 + 4000 + (880 + 1000) / 2
SMELTER_KT = 675 + 800 + 1300 + 300 + (2030 + 2890) / 2 + 1350 + 250

NO_RENT = (
    "Information: deals price years of metal at 19,000 to 21,000 CNY/t. On the central path the cap allows "
    "0.1 Mt more than is needed in 2025 and demand for primary metal falls, so quota is worth next to "
    "nothing."
)


def full_cost(results: Results) -> float:
    """The trade's full cost of the first model year, CNY/t with VAT."""
    return float(year(results, "full_cost_cny_per_t_with_vat"))


def with_vat(results: Results, name: str) -> float:
    """A component that bears VAT on power, with it, CNY/t."""
    return component(results, name) * (1 + results.data.vat["power"])


def _quota(
    name: str, published: float, low: float, high: float, citation: str, scenario: str, cause: str
) -> Figure:
    return Figure(
        theme=QUOTA,
        name=name,
        unit="CNY per t/a",
        published=published,
        tolerance=printed_range(low, high),
        citation=citation,
        source=None,
        calibrated=False,
        scenario=scenario,
        computed=lambda results: year(results, "quota_price_cny_per_t"),
        hit=None,
        cause=cause,
    )


MONEY_FIGURES = (
    Figure(
        theme=LABOUR,
        name="Employees per kt of capacity, mean of seven smelters",
        unit="1/kt",
        published=EMPLOYEES / SMELTER_KT,
        tolerance=printed_range(2.5, 4.75),
        citation=f"{WANG}, Table 1",
        source="wang_2025",
        calibrated=True,
        scenario="base-2024",
        computed=lambda results: (
            year(results, "employment_persons") / year(results, "capacity_mt_per_a") / 1000
        ),
        note="The unweighted mean of the same seven smelters is the input.",
    ),
    Figure(
        theme=LABOUR,
        name="Labour, share of full cost",
        unit="1",
        published=0.05,
        tolerance=printed_range(0.0, 0.05),
        citation=f"{WANG}: less than 5 %",
        source="wang_2025",
        calibrated=False,
        scenario="base-2024",
        computed=lambda results: component(results, "labour") / full_cost(results),
    ),
    Figure(
        theme=COST,
        name="Full cost of the trade, November 2025",
        unit="CNY per t with VAT",
        published=16_057,
        tolerance=two_per_cent(16_057),
        citation=SMM_COST,
        source="smm_2025_11",
        calibrated=False,
        scenario="base-2024",
        computed=full_cost,
        hit=False,
        deviation=-0.04,
        cause=(
            "The gap is 569 CNY/t. Alumina stands at its index, without the freight to the smelter (398 in "
            "the model's own cost, 433 with VAT), and casting (58) and spent potlining (64) are left out: "
            "555 together. Overhead and interest are assumed, within 400 to 1,200."
        ),
    ),
    Figure(
        theme=COST,
        name="Power, share of full cost",
        unit="1",
        published=0.35,
        tolerance=printed_range(0.30, 0.40),
        citation=f"{WANG}: 30 to 40 %",
        source="wang_2025",
        calibrated=False,
        scenario="base-2024",
        computed=lambda results: with_vat(results, "electricity") / full_cost(results),
    ),
    Figure(
        theme=COST,
        name="Power price of smelters, national mean of January 2023",
        unit="CNY per MWh with VAT",
        published=440.0,
        tolerance=two_per_cent(440.0),
        citation="SMM, 16 February 2023",
        source=None,
        calibrated=False,
        scenario="base-2024",
        computed=lambda results: with_vat(results, "electricity") / year(results, "ac_kwh_per_t") * 1000,
        hit=False,
        deviation=-0.09,
        cause=(
            "January 2023 is a month of dear coal; the inputs hold prices of 2024 and 2025, with coal backed "
            "out of them. Captive power follows coal."
        ),
    ),
    _quota(
        "Quota, Chalco Shandong Huayu to Yunnan Aluminium, 2020",
        3990,
        3990,
        3990,
        REUTERS_2020,
        "baseline",
        NO_RENT,
    ),
    _quota(
        "Quota, Chalco Shanxi Huasheng to Yunnan Aluminium, 2019",
        4700,
        4700,
        4700,
        "Reuters, 2020, in the Financial Post: a gain of 800 M CNY on 170 kt/a",
        "baseline",
        NO_RENT,
    ),
    _quota(
        "Quota, deals of 2021 to 2025, against the high demand path",
        10_000,
        6000,
        15_000,
        "Commonly quoted, 6,000 to 15,000; not consulted",
        "demand-high",
        "Information: on this path the rent is about 570 CNY/t·a in 2025 and 1,050 in 2030, nil after.",
    ),
)
