"""The inputs that ship: sound, sourced, adding up, and free of what does not belong in them.

The tables are read here with the standard library alone, so that the checks do not lean on the
code that they check; only the last ones look at what the model makes of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.cli import main
from alopt.data import ModelData, default_inputs, scenario_names

BASES = {"reported", "derived", "unverified", "assumed"}
NATIONAL_MT = {"2016": 35.206, "2024": 45.71}
CAP_MT = 45.0

#: All-in power price of smelters by province, captive and grid, CNY/kWh with VAT. Commonly quoted in
#: the provincial tables of brokers, SMM and Aladdiny of 2023 and 2024; primary tables not consulted.
ALL_IN_POWER_PRICE = {
    "Shandong": (0.38, 0.44),
    "Xinjiang": (0.20, 0.32),
    "Inner Mongolia": (0.31, 0.38),
    "Yunnan": (0.41, 0.49),
    "Gansu": (0.38, 0.45),
    "Guangxi": (0.43, 0.50),
    "Qinghai": (0.40, 0.46),
    "Henan": (0.45, 0.55),
    "Guizhou": (0.45, 0.53),
    "Ningxia": (0.38, 0.44),
    "Sichuan": (0.38, 0.58),
    "Shanxi": (0.38, 0.48),
    "Shaanxi": (0.33, 0.42),
    "Liaoning": (0.45, 0.55),
    "Chongqing": (0.46, 0.58),
    "Fujian": (0.42, 0.52),
    "Hubei": (0.38, 0.52),
}

#: Captive coal units tagged as serving aluminium, MW: Global Energy Monitor, Global Coal Plant Tracker,
#: July 2023 (CC BY 4.0); 242 units, 76.1 GW.
CAPTIVE_MW = {
    "Shandong": 27_206,
    "Xinjiang": 15_620,
    "Inner Mongolia": 11_190,
    "Henan": 5_270,
    "Gansu": 3_850,
    "Guangxi": 3_235,
    "Shaanxi": 3_050,
    "Ningxia": 2_410,
    "Shanxi": 1_405,
    "Chongqing": 1_010,
    "Hubei": 840,
    "Guizhou": 700,
    "Qinghai": 270,
}

#: What must not stand in an input: places on a disk, notes to oneself, numbered working files.
FORBIDDEN = (
    r"(?:^|[\s\"'`(=,;])(?:/[a-z]+/|[a-z]:\\|~/|\.\./)",
    r"(?<![\w/.])(?!tables|scenarios|projects|prices|inputs|minimal)[a-z]+/\w+\.(?:csv|yaml|md)\b",
    r"\b[A-Z]+\.md\b",
    r"\b(?:todo|fixme|tbd|xxx)\b",
    r"\b\d{2}[a-z]?_[a-z_]+\.csv\b",
)


def tables(shipped: EditableInputs) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Every table but the sources, with its rows."""
    for name in shipped.resources:
        if name != "sources":
            yield name, shipped.rows(name)


def by_key(rows: list[dict[str, str]], *keys: str, value: str = "value") -> dict[str, dict[str, float]]:
    """Rows of key, quantity and value as {key: {quantity: value}}."""
    wide: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        wide["|".join(row[key] for key in keys)][row["quantity"]] = float(row[value])
    return wide


def of_fleet(shipped: EditableInputs, table: str, fleet: str = "2024") -> list[dict[str, str]]:
    """Rows of a table that belong to one fleet."""
    return [row for row in shipped.rows(table) if row["fleet"] == fleet]


def listed(text: str) -> list[str]:
    """Keys separated by semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


@pytest.mark.parametrize("resolution", ["province", "smelter"])
def test_every_scenario_passes_the_check(resolution: str, capsys: pytest.CaptureFixture[str]):
    assert main(["check", "--all", "--resolution", resolution]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.splitlines() == [
        f"{name}: the inputs are sound." for name in scenario_names(default_inputs())
    ]


@pytest.mark.parametrize("slices", ["one", "wet-dry", "months12"])
def test_every_slice_set_passes_the_check(slices: str):
    assert alopt.load(settings={"slices": slices}).scenario.slices == slices


def test_every_table_is_there_and_every_file_is_a_table(shipped: EditableInputs):
    described = {shipped.path(name).name for name in shipped.resources}
    found = {path.name for path in (shipped.folder / "tables").iterdir()} | {"sources.csv"}
    assert found == described


def test_every_row_names_a_source_and_a_basis(shipped: EditableInputs):
    sources = {row["source"] for row in shipped.rows("sources")}
    for name, rows in tables(shipped):
        for row in rows:
            assert row["source"] in sources, (name, row)
            assert row["basis"] in BASES, (name, row)


def test_every_source_can_be_found(shipped: EditableInputs):
    """That each is used, in a table or a file, is a matter of the audit."""
    for row in shipped.rows("sources"):
        assert len(row["citation"]) > 10
        assert row["licence"]
        assert row["url"] == "" or row["url"].startswith(("https://", "http://")), row


def test_what_was_not_read_is_not_called_reported(shipped: EditableInputs):
    """A source whose own entry says that it was not consulted carries no reported or derived row."""
    unread = {row["source"] for row in shipped.rows("sources") if row["note"].startswith("Not consulted")} | {
        "alopt_assumption"
    }
    wrong = [
        (name, row)
        for name, rows in tables(shipped)
        for row in rows
        if row["source"] in unread and row["basis"] == "reported"
    ]
    assert wrong == []


def test_every_weak_value_has_its_range_and_every_range_its_value(shipped: EditableInputs):
    for name, rows in tables(shipped):
        fields = shipped.resources[name]["schema"]["fields"]
        value = next((field["name"] for field in fields if field.get("alopt:value")), None)
        if value is None:
            continue
        for row in rows:
            if row["basis"] in {"unverified", "assumed"}:
                assert row["low"], (name, row)
                assert row["high"], (name, row)
            if row["low"]:
                assert float(row["low"]) <= float(row[value]), (name, row)
            if row["high"]:
                assert float(row[value]) <= float(row["high"]), (name, row)


def test_every_quantity_has_a_unit_in_the_dictionary(shipped: EditableInputs):
    for name, resource in shipped.resources.items():
        column = next((c for c in ("quantity", "parameter") if c in shipped.columns(name)), None)
        if column is not None:
            fields = {field["name"]: field for field in resource["schema"]["fields"]}
            assert fields[column]["constraints"]["enum"] == list(resource["alopt:quantities"]), name
            assert all(resource["alopt:quantities"].values()), name


def test_nothing_stands_in_the_inputs_that_does_not_belong_there(shipped: EditableInputs):
    for path in sorted(shipped.folder.rglob("*")):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for pattern in FORBIDDEN:
                found = re.search(pattern, text, re.IGNORECASE | re.MULTILINE)
                assert found is None, f"{path.name}: {text[max(0, found.start() - 40) : found.end() + 40]}"


def test_files_are_plain_utf_8_with_line_feeds(shipped: EditableInputs):
    for path in shipped.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not content.startswith(b"\xef\xbb\xbf"), path
            assert b"\r" not in content, path
            assert content.endswith(b"\n"), path


@pytest.mark.parametrize("fleet", ["2016", "2024"])
def test_smelters_add_to_provinces_and_these_to_the_nation(shipped: EditableInputs, fleet: str):
    """Smelters by province, and quota in transit that no province counts, are the nation's total."""
    province_of = {row["region"]: row["province"] for row in shipped.rows("regions")}
    region_of = {row["site"]: row["region"] for row in shipped.rows("sites")}
    placed: dict[str, float] = defaultdict(float)
    assert {row["fleet"] for row in shipped.rows("fleet")} == set(NATIONAL_MT)
    for row in of_fleet(shipped, "fleet", fleet):
        placed[province_of[region_of[row["site"]]]] += float(row["capacity_mt_per_a"])
    totals = {
        row["province"]: float(row["capacity_mt_per_a"]) for row in of_fleet(shipped, "control_totals", fleet)
    }
    assert totals.pop("national") == NATIONAL_MT[fleet]
    in_transit = totals.pop("in_transit", 0.0)
    assert placed == {province: pytest.approx(total, abs=1e-9) for province, total in totals.items()}
    assert sum(placed.values()) + in_transit == pytest.approx(NATIONAL_MT[fleet], abs=1e-9)


def test_the_fleet_without_its_double_count_is_the_cap(shipped: EditableInputs):
    rows = of_fleet(shipped, "fleet")
    gross = sum(float(row["capacity_mt_per_a"]) for row in rows)
    double = sum(float(row["double_counted_mt_per_a"]) for row in rows)
    assert gross - double == pytest.approx(CAP_MT, abs=1e-9)


def test_registered_quota_is_the_cap_and_covers_each_region(shipped: EditableInputs):
    region_of = {row["site"]: row["region"] for row in shipped.rows("sites")}
    standing: dict[str, float] = defaultdict(float)
    for row in of_fleet(shipped, "fleet"):
        standing[region_of[row["site"]]] += float(row["capacity_mt_per_a"]) - float(
            row["double_counted_mt_per_a"]
        )
    quota = {row["region"]: float(row["registered_mt_per_a"]) for row in of_fleet(shipped, "quota")}
    assert sum(quota.values()) == pytest.approx(CAP_MT, abs=1e-9)
    assert all(standing[region] <= quota[region] + 1e-9 for region in standing)


def test_every_region_that_may_build_has_a_newcomer_with_power(shipped: EditableInputs):
    newcomers = {row["region"] for row in shipped.rows("sites") if row["kind"] == "newcomer"}
    powered = {
        row["region"] for row in shipped.rows("power_sources") if row["site_kind"] in {"newcomer", "any"}
    }
    assert newcomers <= powered
    per_region = [row["region"] for row in shipped.rows("sites") if row["kind"] == "newcomer"]
    assert len(per_region) == len(newcomers)


def test_captive_units_are_those_of_the_tracker(shipped: EditableInputs):
    province = {row["region"]: row["province"] for row in shipped.rows("regions")}
    megawatts: dict[str, float] = defaultdict(float)
    units = shipped.rows("captive_units")
    for row in units:
        megawatts[province[row["region"]]] += 1000 * float(row["capacity_gw"])
    assert megawatts == {name: pytest.approx(total, abs=1e-6) for name, total in CAPTIVE_MW.items()}
    assert len(units) == 242


def test_captive_units_stand_in_the_region_of_their_smelter(shipped: EditableInputs):
    region_of = {row["site"]: row["region"] for row in shipped.rows("sites")}
    wrong = [
        row["unit"]
        for row in shipped.rows("captive_units")
        if row["site"] and region_of[row["site"]] != row["region"]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("table", "column", "sets"),
    [
        ("markets", "demand_share", None),
        ("demand_steps", "share", None),
        ("capex_spread", "share", None),
        ("slices", "share", "slice_set"),
    ],
)
def test_shares_add_to_one(shipped: EditableInputs, table: str, column: str, sets: str | None):
    totals: dict[str, float] = defaultdict(float)
    for row in shipped.rows(table):
        totals[row[sets] if sets else table] += float(row[column])
    assert totals
    assert all(total == pytest.approx(1.0, abs=1e-9) for total in totals.values())


def test_slices_part_the_year_by_days(shipped: EditableInputs):
    days = dict(zip(range(1, 13), (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True))
    months: dict[str, list[int]] = defaultdict(list)
    for row in shipped.rows("slices"):
        own = [int(month) for month in listed(row["months"])]
        months[row["slice_set"]] += own
        assert float(row["share"]) == pytest.approx(sum(days[month] for month in own) / 365, abs=1e-9)
    assert set(months) == {"one", "wet-dry", "months12"}
    assert all(sorted(every) == list(range(1, 13)) for every in months.values())


def test_steps_of_demand_fall_and_of_imports_rise(baseline: ModelData):
    demand = [step.price for step in baseline.markets.demand_steps]
    imports = [step.price for step in baseline.markets.import_steps]
    assert 4 <= len(demand) <= 6
    assert all(dearer > cheaper for dearer, cheaper in pairwise(demand))
    assert all(cheaper < dearer for cheaper, dearer in pairwise(imports))
    assert baseline.markets.import_steps[0].key == "contract"
    assert all(step.volume > 0 for step in baseline.markets.import_steps)
    # metal is not sold abroad for more than the dearest import costs
    assert max(step.price for step in baseline.markets.export_steps) < min(imports)


def test_paths_of_demand_keep_their_order(shipped: EditableInputs):
    low, central, high = (
        alopt.load(
            settings={"demand": path, "years": list(range(2025, 2061)), "slices": "one"}
        ).markets.demand
        for path in ("low", "central", "high")
    )
    assert {row["path"] for row in shipped.rows("demand")} == {"low", "central", "high", "urbanisation-2016"}
    assert all(low[year] < central[year] < high[year] for year in central)


@pytest.mark.parametrize(
    ("fleet", "paths"), [("2016", ("urbanisation-2016",)), ("2024", ("low", "central", "high"))]
)
def test_the_metal_of_the_base_year_is_accounted_for(
    shipped: EditableInputs, fleet: str, paths: tuple[str, ...]
):
    """44.0 + 1.9 + 10.55 of supply against 50.2 + 6.3 of use leave less than 0.1 Mt in 2024.

    In 2016 it is 31.873 + 0.2 + 6.3 against 34.087 + 4.3.
    """
    sides: dict[str, float] = defaultdict(float)
    for row in of_fleet(shipped, "metal_balance", fleet):
        sides[row["side"]] += float(row["mt"])
    assert abs(sides["supply"] - sides["use"]) < 0.1
    first = {
        row["path"]: float(row["total_metal_mt"]) for row in shipped.rows("demand") if row["year"] == fleet
    }
    assert first == {path: pytest.approx(sides["use"], abs=1e-9) for path in paths}


def test_paths_of_the_grid_start_at_one_and_never_rise(shipped: EditableInputs):
    paths: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for row in shipped.rows("grid_paths"):
        paths[row["path"]].append((int(row["year"]), float(row["multiplier"])))
    for points in paths.values():
        multipliers = [multiplier for _, multiplier in sorted(points)]
        assert multipliers[0] == 1.0
        assert all(later <= earlier for earlier, later in pairwise(multipliers))


def test_every_measure_is_a_rung_or_is_paid_by_a_step(shipped: EditableInputs):
    rungs = {measure for row in shipped.rows("cells") for measure in listed(row["measures"])}
    steps = {measure for row in shipped.rows("retrofits") for measure in listed(row["measures"])}
    for row in shipped.rows("measures"):
        assert row["measure"] in rungs | steps


def test_a_durable_capex_of_a_step_is_not_paid_twice(shipped: EditableInputs, baseline: ModelData):
    """What the target state holds is paid by its rent, so the step charges only the other measures."""
    values = by_key(shipped.rows("measure_values"), "measure")
    for row in shipped.rows("retrofits"):
        held = set(baseline.cells[row["to_cell"]].measures)
        expected = sorted(
            values[measure]["durable_capex_cny_per_t_a"]
            for measure in listed(row["measures"])
            if measure not in held and values[measure].get("durable_capex_cny_per_t_a", 0) > 0
        )
        charges = baseline.arcs[row["from_cell"], row["to_cell"]].charges
        assert sorted(capex for capex, _ in charges) == expected


def test_every_class_has_its_base_and_steps_lead_up_the_ladder(shipped: EditableInputs):
    states = {row["cell"]: row for row in shipped.rows("cells")}
    base = {row["class"] for row in states.values() if row["stage"] in {"base", "inert", "flexible"}}
    assert base == {row["class"] for row in shipped.rows("cell_classes")}
    after: dict[str, set[str]] = defaultdict(set)
    for row in shipped.rows("retrofits"):
        after[row["from_cell"]].add(row["to_cell"])
    for start in states:
        reached, frontier = set(), [start]
        while frontier:
            new = after[frontier.pop()] - reached
            reached |= new
            frontier += new
        assert start not in reached, f"{start} comes round to itself"


def test_cells_are_their_class_and_their_measures(shipped: EditableInputs, baseline: ModelData):
    """Every state recomputed from the tables: volts and efficiencies add, effects on gas multiply."""
    base = by_key(shipped.rows("cell_values"), "class")
    effects = by_key(shipped.rows("measure_values"), "measure")
    current = {row["class"]: float(row["current_ka"]) for row in shipped.rows("cell_classes")}
    single = {row["parameter"]: float(row["value"]) for row in shipped.rows("parameters")}
    rows = shipped.rows("cells")
    assert set(baseline.cells) == {row["cell"] for row in rows}
    for row in rows:
        cell, values = baseline.cells[row["cell"]], base[row["class"]]
        own = [effects[measure] for measure in listed(row["measures"])]

        def changed(quantity: str, own: list[dict[str, float]] = own) -> float:
            return sum(effect.get(quantity, 0.0) for effect in own)

        gas = 1.0
        for effect in own:
            gas *= 1 + effect.get("pfc_change_share", 0.0)
        voltage = values["voltage_v"] + changed("voltage_change_v")
        efficiency = values["current_efficiency"] + changed("current_efficiency_change")
        direct = 2980.0 * voltage / efficiency
        auxiliary = single["auxiliary_kwh_per_t"] + changed("auxiliary_change_kwh_per_t")
        expected = {
            "voltage": voltage,
            "current_efficiency": efficiency,
            "dc": direct,
            "ac": direct / single["rectifier_efficiency"] + auxiliary,
            "output_t_per_day": 0.0080537 * current[row["class"]] * efficiency,
            "anode": values["anode_t_per_t"] + changed("anode_change_t_per_t"),
            "cf4": values["cf4_kg_per_t"] / 1000 * gas,
            "c2f6": values["c2f6_kg_per_t"] / 1000 * gas,
            "swing": values["swing_share"] + changed("swing_change_share"),
            "variable_cost": changed("variable_cost_cny_per_t"),
            "maintenance": values["maintenance_cny_per_t_a"],
            "employees_per_kt": values["employees_per_kt"],
        }
        found = {name: getattr(cell, name) for name in expected}
        assert found == {name: pytest.approx(value, rel=1e-12) for name, value in expected.items()}, cell.key


def test_each_rung_saves_power(baseline: ModelData):
    """Single measures save power over the base of their class, and the package saves more."""
    rungs: dict[str, dict[str, float]] = defaultdict(dict)
    for cell in baseline.cells.values():
        rungs[cell.cell_class][cell.stage] = cell.ac
    for stages in rungs.values():
        if "package" in stages:
            assert stages["package"] < stages["measure"] < stages["base"]


def test_captive_power_costs_what_its_province_is_said_to_pay(baseline: ModelData):
    """Coal, operation, levies and back-up fee add up inside the published range: a check, no addend."""
    province = {row["region"]: row["province"] for row in baseline.tables["regions"]}
    assert set(baseline.power.captive_costs) == {
        row["region"] for row in baseline.tables["captive_units"] if row["region"] in province
    }
    for region, cost in baseline.power.captive_costs.items():
        low, high = ALL_IN_POWER_PRICE[province[region]]
        with_vat = cost.price * (1 + baseline.vat["power"]) / 1000
        assert low <= with_vat <= high, f"{region}: {with_vat:.3f} CNY/kWh outside {low} to {high}"


def test_places_lie_where_china_lies(shipped: EditableInputs):
    for name in ("regions", "sites", "refineries", "ports"):
        for row in shipped.rows(name):
            assert 18 <= float(row["latitude_deg"]) <= 54, row
            assert 73 <= float(row["longitude_deg"]) <= 135, row


def test_people_of_every_class_follow_from_the_labour_table(shipped: EditableInputs):
    """The plants show no trend with amperage: every class has their mean, rounded to a tenth."""
    found = [float(row["employees_per_kt"]) for row in shipped.rows("labour")]
    mean = round(sum(found) / len(found), 1)
    people = {row["value"] for row in shipped.rows("cell_values") if row["quantity"] == "employees_per_kt"}
    assert {float(value) for value in people} == {mean}
