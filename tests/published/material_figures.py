"""Alumina and bauxite."""

from __future__ import annotations

from alopt.run import Results

from .figure import (
    ALUMINA_2020,
    CNIA,
    NBS_2020,
    Figure,
    not_modelled,
    printed_digit,
    printed_range,
    two_per_cent,
    two_points,
    year,
)

THEME = "Alumina and bauxite"

SMM_IMPORTS = "SMM: China monthly bauxite imports, January to November 2024, by country, 21 March 2025"
SMM_ALUMINA = "SMM: alumina weekly review, 4 September 2025"


def import_share(results: Results, origin: str) -> float:
    """Share of an origin in imported bauxite."""
    flows = results["flows"]
    ore = flows[(flows["material"] == "bauxite") & ~flows["origin"].isin(results.data.materials.domestic)]
    return float(ore.loc[ore["origin"] == origin, "flow_mt"].sum() / ore["flow_mt"].sum())


def refining_capacity(results: Results) -> float:
    """Capacity of the refineries of the inputs, ports apart, Mt/a."""
    tables = results.data.tables
    inland = {row["refinery"] for row in tables["refineries"] if row["kind"] == "refinery"}
    return float(
        sum(
            row["value"]
            for row in tables["refinery_values"]
            if row["quantity"] == "capacity_mt_per_a" and row["refinery"] in inland
        )
    )


def landed_alumina(results: Results) -> float:
    """Alumina that comes by the ports, Mt."""
    refining = results["refining"]
    return float(refining.loc[refining["refinery"].str.startswith("port_"), "alumina_mt"].sum())


MATERIAL_FIGURES = (
    Figure(
        theme=THEME,
        name="Alumina capacity, September 2025",
        unit="Mt/a",
        published=110.32,
        tolerance=two_per_cent(110.32),
        citation=f"{SMM_ALUMINA}; {CNIA}: more than 110",
        source="smm_2025_09_04_alumina",
        calibrated=False,
        scenario="base-2024",
        computed=refining_capacity,
        note="Tallies of nine provinces by other compilers; 1.1 Mt/a of the national figure is not placed.",
    ),
    Figure(
        theme=THEME,
        name="Alumina that the capped capacity needs",
        unit="Mt/a",
        published=90.0,
        tolerance=two_per_cent(90.0),
        citation=f"{CNIA}: about 90",
        source="cnia_2025",
        calibrated=False,
        scenario="base-2024",
        computed=lambda results: 45.0 * year(results, "alumina_mt") / year(results, "production_mt"),
        hit=False,
        deviation=-0.04,
        cause=(
            "45 Mt/a at 1.925 t/t, the trade's convention; 90 would be 2.0 t/t, beyond the 1.91 to 1.95 of "
            "any source, or a round figure with some alumina for other uses."
        ),
    ),
    Figure(
        theme=THEME,
        name="Alumina refined in 2024, from 73.13 Mt in 2020 and 4.1 % a year",
        unit="Mt",
        published=ALUMINA_2020 * 1.041**4,
        tolerance=two_per_cent(ALUMINA_2020 * 1.041**4),
        citation=f"{CNIA}; {NBS_2020}",
        source="cnia_2025",
        calibrated=False,
        scenario="base-2024",
        computed=lambda results: year(results, "alumina_mt"),
    ),
    Figure(
        theme=THEME,
        name="Alumina capacity in operation, September 2025",
        unit="Mt/a",
        published=89.96,
        tolerance=two_per_cent(89.96),
        citation=SMM_ALUMINA,
        source="smm_2025_09_04_alumina",
        calibrated=False,
        scenario="baseline",
        computed=lambda results: year(results, "alumina_mt"),
        hit=False,
        deviation=-0.06,
        cause=(
            "The model refines what 43.9 Mt of metal need, 84.5 Mt. The other 5.5 of a month at a peak went "
            "into stocks, exports and other uses, which are not modelled."
        ),
    ),
    Figure(
        theme=THEME,
        name="Alumina imports, 2024",
        unit="Mt",
        published=1.41,
        tolerance=two_per_cent(1.41),
        citation=CNIA,
        source="cnia_2025",
        calibrated=False,
        scenario="base-2024",
        computed=landed_alumina,
        hit=False,
        deviation=-1.0,
        cause=(
            "With 109 Mt/a of refineries for a need of 85, landed alumina at 3,240 CNY/t is dearer than any "
            "domestic; contracts and tolling, which bring it in regardless, are not modelled."
        ),
    ),
    Figure(
        theme=THEME,
        name="Bauxite imports, 2024",
        unit="Mt",
        published=159.0,
        tolerance=two_per_cent(159.0),
        citation=CNIA,
        source="cnia_2025",
        calibrated=True,
        scenario="base-2024",
        computed=lambda results: year(results, "bauxite_imports_mt"),
        hit=False,
        deviation=-0.17,
        cause=(
            "The domestic 75 Mt were set from this figure and its share, and are all used; the 28 Mt are "
            "missing in use. 3 would refine the 1.2 Mt of alumina that growth makes more than the smelters "
            "need (above), 8 more come in if imported ore yields at the poor end (2.8 and 2.6 t/t). The "
            "other 17 are not in any alumina of 2024: stocks, moisture, or other products. Published ore, "
            "234 Mt, is 2.7 t per t of the 85.9 Mt of alumina, where the ores' yields allow 2.2 to 2.65."
        ),
    ),
    Figure(
        theme=THEME,
        name="Bauxite, imported share, 2024",
        unit="1",
        published=0.68,
        tolerance=two_points(0.68),
        citation=CNIA,
        source="cnia_2025",
        calibrated=True,
        scenario="base-2024",
        computed=lambda results: year(results, "bauxite_import_share"),
        hit=False,
        deviation=-0.06,
        cause=(
            "As for the imports: all that is missing in use is imported ore, 28 Mt or 4.4 points. Antaike "
            "prints 58.5 % for 2023."
        ),
    ),
    Figure(
        theme=THEME,
        name="Guinea, share of bauxite imports, January to November 2024",
        unit="1",
        published=99.919 / 143.899,
        tolerance=two_points(99.919 / 143.899),
        citation=SMM_IMPORTS,
        source="smm_2025_03_21_imports_2024",
        calibrated=False,
        scenario="base-2024",
        computed=lambda results: import_share(results, "guinea"),
        hit=False,
        deviation=-0.19,
        cause=(
            "Guinea is the marginal origin: Australia (45 Mt) and the others (12) ship their whole volume "
            "first. With the missing 28 Mt from Guinea it has 64 %; with Australia at the 40 Mt of 2024 as "
            "well, 67 %."
        ),
    ),
    Figure(
        theme=THEME,
        name="Australia, share of bauxite imports, January to November 2024",
        unit="1",
        published=36.5 / 143.899,
        tolerance=two_points(36.5 / 143.899),
        citation=SMM_IMPORTS,
        source="smm_2025_03_21_imports_2024",
        calibrated=True,
        scenario="base-2024",
        computed=lambda results: import_share(results, "australia"),
        hit=False,
        deviation=0.35,
        cause=(
            "Its volume of 45 Mt/a stands for the years ahead, above the yearly rate of 40 of 2024, and is "
            "all used: the nearest and richest ore. 45 of the published 159 Mt would be 28 %, 40 are 25 %."
        ),
    ),
    Figure(
        theme=THEME,
        name="Red mud, about 2022",
        unit="Mt",
        published=105.0,
        tolerance=two_per_cent(105.0),
        citation="China Nonferrous Metals Industry Association, quoted by TRYXYZ, article 28547",
        source=None,
        calibrated=False,
        scenario="base-2024",
        computed=lambda results: year(results, "red_mud_mt"),
        hit=False,
        deviation=0.21,
        cause=(
            "84.7 Mt of alumina against 79.8 in 2022 are 6 points; the rest is 1.5 t of mud per t, the "
            "trade's round figure (1.0 to 1.8), where the published total has 1.3. Guinean ore leaves less."
        ),
    ),
    not_modelled(
        THEME,
        "Energy of refining, change from 2021 to 2025",
        "1",
        -0.19,
        printed_digit(-0.19, 0.01),
        CNIA,
        "Energy per tonne of alumina is an input of one year, 2023.",
    ),
    not_modelled(
        THEME,
        "Red mud that is used, 2024",
        "1",
        0.12,
        printed_range(0.12, 0.12),
        CNIA,
        "Mud is counted, its use is not.",
    ),
)
