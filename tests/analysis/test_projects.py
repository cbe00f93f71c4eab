"""The shipped projects: what each says, and the sums that must hold in every sheet."""

import functools
import json
import math
import re
from dataclasses import replace

import pytest

from alopt.analysis.appraisal import appraise, tornado
from alopt.analysis.investment import BREAK_EVENS, break_even, levelised, net_value, priced, sheet
from alopt.analysis.project import arc_investment, invest, places_of, project_data
from alopt.analysis.project_list import page
from alopt.analysis.retrofit_options import COLUMNS
from alopt.data import default_inputs
from alopt.data.projects import load_project, project_names, read_project, with_value
from alopt.electrolysis import dc_energy
from alopt.errors import InputError
from alopt.finance import net_present_value
from alopt.report import investments
from alopt.report.project_screen import project_screen

NAMES = project_names(default_inputs())


@functools.cache
def data_of(settings):
    name = dict(settings).pop("name")
    found = load_project(name, default_inputs())
    return project_data(found, default_inputs(), {}, None)


def project(name, **changes):
    """A shipped project with changes by dotted key (two underscores for the dot), and its data."""
    found = load_project(name, default_inputs())
    plain = "rebuild-240-to-600-with-ladder" if found.raw.get("policies") else "sy300-slotted-bars"
    raw = found.raw
    for key, value in changes.items():
        raw = with_value(raw, key.replace("__", "."), value)
    return read_project(raw, found.file, found.name), data_of((("name", plain),))


@functools.cache
def summary(name):
    return appraise(*project(name))


def test_the_projects_that_are_promised_are_shipped():
    assert {
        "zhongrun-phase-2", "zhongrun-phase-2-without-quota", "weiqiao-to-yunnan", "tianshan-200kt",
        "sy300-slotted-bars", "c240-full-package", "rebuild-400-to-600", "rebuild-240-to-600",
        "rebuild-300-to-600", "inert-anode-2035", "flexible-cells-on-wind", "ap60-rebuild",
        "ap60-rebuild-60", "ap60-rebuild-turnkey", "ap60-new", "ap60-new-60",
    } <= set(NAMES)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_project_holds_together(name):
    found, table = summary(name)
    rows = list(table.records())
    rate = found["assumptions"]["investor_rate"]
    by_hand = sum(row["before_tax_m_cny"] / (1 + rate) ** n for n, row in enumerate(rows))
    assert found["npv_m_cny"] == pytest.approx(by_hand, rel=1e-10)
    assert rows[-1]["running_present_value_m_cny"] == pytest.approx(by_hand, rel=1e-9)
    stack = found["levelised_cost"]
    assert stack["after_cny_per_t"] == pytest.approx(sum(stack["after"].values()))
    tax = found["assumptions"]["tax"]
    for row in rows:
        assert row["after_tax_m_cny"] == pytest.approx(row["before_tax_m_cny"] - row["tax_m_cny"], abs=1e-9)
        levered = (
            row["after_tax_m_cny"] + row["drawn_m_cny"] - row["repayment_m_cny"]
            - (1 - tax) * row["interest_m_cny"]
        )  # fmt: skip
        assert row["levered_m_cny"] == pytest.approx(levered, abs=1e-9)
    assert sum(row["drawn_m_cny"] - row["repayment_m_cny"] for row in rows) == pytest.approx(0, abs=1e-6)
    assert len(found["tornado"]) >= 4
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("name", NAMES)
def test_break_evens_of_every_project_put_back(name):
    inv = invest(*project(name))
    for what in BREAK_EVENS:
        for view in ("before_tax", "levered"):
            found = break_even(inv, what, view)
            if found.value is not None:
                assert abs(net_value(priced(inv, what, found.value), view)) < 1e-6


def test_break_evens_put_back_into_the_file():
    """A finance department types the figure into its own file: power with VAT, quota and metal."""
    found, _ = summary("zhongrun-phase-2")
    listed = found["break_even"]["before_tax"]
    for key, value in (
        ("power__price_cny_per_mwh", listed["power_cny_per_mwh_with_vat"]),
        ("quota__price_cny_per_t", listed["quota_cny_per_t_a"]),
        ("metal_cny_per_t", listed["metal_cny_per_t_with_vat"]),
        ("capex_cny_per_t_a", listed["capex_cny_per_t_a"]),
    ):
        assert abs(net_value(invest(*project("zhongrun-phase-2", **{key: value})))) < 1e-6, key


def test_sy300_with_slotted_bars_by_hand():
    """13,161 to 12,711 kWh/t DC is 459 kWh/t AC; 0.28 Mt/a x 0.978 at 500 CNY/MWh with VAT."""
    assert dc_energy(3.98, 0.9012) - dc_energy(3.89, 0.912) == pytest.approx(450, abs=0.5)
    found, table = summary("sy300-slotted-bars")
    saved = (dc_energy(3.98, 0.9012) - dc_energy(3.89, 0.912)) / 0.98
    assert found["power"]["ac_kwh_per_t_saved"] == pytest.approx(saved)
    yearly = 0.28 * 0.978 * saved / 1000 * 500 / 1.13
    rows = list(table.records())
    assert rows[0]["before_tax_m_cny"] == pytest.approx(-0.28 * 330)
    assert rows[1]["before_tax_m_cny"] == pytest.approx(yearly)
    assert found["npv_m_cny"] == pytest.approx(-0.28 * 330 + yearly * (1 - 1.08**-7) / 0.08)


def test_ap60_saves_14_percent_of_power_and_5_73_percent_of_cost():
    """Wang et al. print 14.3 % and round 0.4 x 14.33 % = 5.73 % to 5.75."""
    power = summary("ap60-rebuild")[0]["power"]
    assert power["share_of_power_saved"] == pytest.approx(0.143, abs=0.0005)
    assert power["share_of_cost_saved_at_power_share"]["0.40"] == pytest.approx(0.0573, abs=0.00005)
    assert round(power["share_of_cost_saved_at_power_share"]["0.40"], 4) == 0.0573


def test_ap60_contracts_and_the_western_mark_up():
    """40 USD/MWh for 10 years, then dearer; the fee and contingency are 30 % of 2,885 USD per t/a."""
    inv = invest(*project("ap60-rebuild"))
    running = inv.prices.power_after[3:]
    assert running == pytest.approx([40 * 7.166] * 10 + [50 * 7.166] * 10)
    new = invest(*project("ap60-new"))
    assert new.prices.power_after[3:] == pytest.approx([40 * 7.166] * 20)
    western, turnkey = (summary(n)[0] for n in ("ap60-rebuild", "ap60-rebuild-turnkey"))
    shares = net_present_value([0.3, 0.4, 0.3], 0.09)
    cost = 0.2 * 0.3 * 2_885 * 7.166 * shares
    assert turnkey["npv_m_cny"] - western["npv_m_cny"] == pytest.approx(cost)
    assert summary("ap60-rebuild-60")[0]["npv_m_cny"] > western["npv_m_cny"], "dear power is worth saving"
    assert summary("ap60-new-60")[0]["npv_m_cny"] < summary("ap60-new")[0]["npv_m_cny"]


def test_tianshan_costs_what_was_published():
    """2.23 bn CNY for 0.2 Mt/a."""
    _, table = summary("tianshan-200kt")
    assert sum(table.totals("capex_m_cny", "year").values()) == pytest.approx(2_230)


def test_quota_is_the_difference_of_zhongrun():
    with_quota, without = (summary(n)[0] for n in ("zhongrun-phase-2", "zhongrun-phase-2-without-quota"))
    assert without["npv_m_cny"] - with_quota["npv_m_cny"] == pytest.approx(0.5 * 10_000)
    assert with_quota["planner_npv_m_cny"] == pytest.approx(without["planner_npv_m_cny"])
    quota = with_quota["levelised_cost"]["after"]["quota"]
    assert quota > without["levelised_cost"]["after"]["quota"] == 0


def test_the_trap_of_400_to_600_ka():
    """By the designers' figures SY400 needs 12,577 kWh/t DC and NEUI600 12,725: nothing is saved."""
    found, _ = summary("rebuild-400-to-600")
    rows = {(row["from_cell"], row["to_cell"]): row for row in found["rebuilds"]}
    trap = rows["sy400", "neui600"]
    assert trap["dc_kwh_per_t_before"] == pytest.approx(12_577, abs=1)
    assert trap["dc_kwh_per_t_after"] == pytest.approx(12_725, abs=1)
    assert rows["sy400", "sy600"]["dc_kwh_per_t_after"] == pytest.approx(12_138, abs=1)
    assert found["power"]["ac_kwh_per_t_saved"] == pytest.approx((12_577.1 - 12_725.4) / 0.98, abs=1)
    assert found["npv_m_cny"] < 0
    assert "every flow is negative" in found["before_tax"]["irr"]
    for old in ("c200", "c240", "c300"):
        for new in ("neui600", "sy600"):
            repays = rows[old, new]["repays_cny_per_t_a"]
            assert repays > max(0.0, 2 * rows["sy400", new]["repays_cny_per_t_a"])


def test_a_rebuild_from_240_ka_pays_by_the_tiered_tariff_and_not_by_power_alone():
    plain, ladder = (summary(n)[0] for n in ("rebuild-240-to-600", "rebuild-240-to-600-with-ladder"))
    assert plain["npv_m_cny"] < 0 < ladder["npv_m_cny"]
    stack = ladder["levelised_cost"]
    assert stack["before"]["surcharge"] > 0 == stack["after"]["surcharge"]
    assert ladder["planner_npv_m_cny"] == pytest.approx(plain["planner_npv_m_cny"])


def test_the_move_south_paid_at_the_tariff_of_2019_and_not_at_todays():
    today, then = (summary(n)[0] for n in ("weiqiao-to-yunnan", "weiqiao-to-yunnan-2019"))
    assert today["npv_m_cny"] < 0 < then["npv_m_cny"]
    assert then["assumptions"]["power_after_cny_per_mwh"] == pytest.approx(275 / 1.13)
    avoided = today["abatement"]["smelter_scope_1_2"]
    assert avoided["avoided_t_per_t"] > 9
    assert 0 < avoided["investor_cny_per_t"] < 500
    assert today["break_even"]["before_tax"]["carbon_pays"] == "above"


def test_an_inert_anode_avoids_the_direct_emissions_and_needs_more_power():
    found, _ = summary("inert-anode-2035")
    assert found["abatement"]["direct"]["avoided_t_per_t"] == pytest.approx(1.424 + 0.7 * 0.9, abs=0.2)
    assert found["power"]["ac_kwh_per_t_saved"] < 0
    assert found["break_even"]["before_tax"]["carbon_cny_per_t"] > 100


def test_sites_cells_and_prices_come_from_the_inputs():
    found, data = project("c240-full-package")
    inv = invest(found, data)
    cell = data.cells["c240"]
    assert inv.before.ac == pytest.approx(cell.ac / 1000)
    assert inv.before.labour == pytest.approx(
        cell.employees_per_kt / 1000 * data.parameters["wage_cny_per_a"]
    )
    assert inv.prices.metal[0] == pytest.approx(21_457 / 1.13)
    assert inv.prices.power_before == inv.prices.power_after
    assert "industry" in summary("c240-full-package")[0]["abatement"]
    assert "industry" not in summary("ap60-rebuild")[0]["abatement"], "nobody said where its alumina is from"


def test_prices_by_year_run_straight_between_the_years():
    changed, data = project("zhongrun-phase-2", metal_cny_per_t={2026: 22_600, 2030: 18_080})
    inv = invest(changed, data)
    assert inv.prices.metal[:6] == pytest.approx([20_000, 19_000, 18_000, 17_000, 16_000, 16_000])


def test_capex_of_the_tables():
    """Without a capex of its own: the step's parts, renewed at the end of their lives."""
    found, data = project("c240-full-package", life_a=14)
    left_out = {"capex_cny_per_t_a", "provenance"}
    raw = {key: value for key, value in found.raw.items() if key not in left_out}
    changed = read_project(raw, found.file, "x")
    laid = sheet(invest(changed, data))
    assert laid.outlays["capex"][0] == pytest.approx(0.42 * 900)
    assert laid.outlays["renewal"][8] == pytest.approx(0.42 * 600)
    assert laid.outlays["renewal"][13] == pytest.approx(0.42 * 300)
    assert sum(laid.outlays["renewal"]) == pytest.approx(0.42 * 900)


def test_one_step_of_the_tables_without_a_file_agrees_with_a_file():
    found, data = project("c240-full-package")
    place = places_of(data)["shanxi_huaze"]
    inv = invest(found, data)
    step = arc_investment(data, place, "c240", "c240_package", 0.42, (2026, 1, 7), inv.terms)
    same = replace(step, prices=inv.prices)
    assert net_value(same) == pytest.approx(net_value(inv), rel=1e-10)
    assert levelised(same)[0] == pytest.approx(levelised(inv)[0])
    assert arc_investment(data, place, "c240", "inert", 0.42, (2026, 1, 7), inv.terms) is None


def test_the_tornado_puts_each_end_into_the_file():
    found, data = project("tianshan-200kt")
    rows = {row["input"]: row for row in tornado(found, data)}
    low = rows["power.price_cny_per_mwh"]
    assert low["npv_low_m_cny"] == pytest.approx(
        net_value(invest(*project("tianshan-200kt", power__price_cny_per_mwh=200)))
    )
    swings = [row["swing_m_cny"] for row in tornado(found, data)]
    assert swings == sorted(swings, reverse=True)


def test_a_price_of_the_tornado_says_whether_it_has_tax():
    """Ranges are the file's own, with or without tax; the rest of the screen is without."""
    said, table = summary("zhongrun-phase-2")
    rows = {row["input"]: row for row in said["tornado"]}
    assert [rows["metal_cny_per_t"][key] for key in ("vat", "low", "value", "high")] == [
        "included", 18_700.0, 21_457.0, 22_500.0,
    ]  # fmt: skip
    assert rows["rates.investor"]["vat"] is None
    assert rows["quota.price_cny_per_t"]["vat"] is None
    assert re.search(r"metal, CNY/t with VAT +18,700 +21,457 +22,500", project_screen(said, table))
    drawn = json.dumps(investments.project_value(said, table).to_dict())
    assert "metal, CNY/t with VAT: 18,700" in drawn
    assert "power price, CNY/MWh with VAT: 350" in drawn
    assert "power price, USD/MWh without VAT" in project_screen(*summary("ap60-new"))


@pytest.mark.parametrize("name", NAMES)
def test_figures_have_the_names_of_the_table_of_steps(name):
    said, _ = summary(name)
    assert said["irr"] == said["before_tax"]["irr"]
    assert said["payback_years"] == said["before_tax"]["payback_years"]
    assert said["levelised_cost_before"] == said["levelised_cost"]["before_cny_per_t"]
    assert said["levelised_cost_after"] == said["levelised_cost"]["after_cny_per_t"]
    assert said["abated_t"] == said["abatement"]["smelter_scope_1_2"]["abated_mt_co2e"] * 1e6
    assert said["break_even_power_cny_per_mwh"] == said["break_even"]["before_tax"]["power_cny_per_mwh"]
    shared = {
        key for key in COLUMNS
        if key.startswith(("break_even_", "levelised_cost_")) or key in {
            "npv_m_cny", "irr", "modified_irr", "payback_years", "abated_t", "abatement_cost",
        }
    }  # fmt: skip
    assert shared <= set(said)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("c240-full-package", {"site": "atlantis"}, "column site: no such site (found 'atlantis')"),
        ("zhongrun-phase-2", {"region": "tibet"}, "column region: no such region for new plants"),
        ("c240-full-package", {"to_cell": "c999"}, "column to_cell: no such cell state (found 'c999')"),
        ("weiqiao-to-yunnan", {"to_region": None}, "column to_region: the key is missing"),
        (
            "c240-full-package",
            {"site": None},
            "column site: a plant of the tables needs its site and its cell",
        ),
        ("rebuild-400-to-600", {"capex_cny_per_t_a": None, "to_cell": "neui600_package"}, None),
        (
            "ap60-rebuild",
            {"before": {"ac_kwh_per_t": 15_000}},
            "column before.labour_cny_per_t_a: the key is",
        ),
        (
            "c240-full-package",
            {"capex_cny_per_t_a": None, "to_cell": "inert"},
            "the tables know no capex of this",
        ),
        (
            "ap60-rebuild",
            {"power": {"price_usd_per_mwh": 40, "years": 5}},
            "power.then_cny_per_mwh: no price is",
        ),
        ("ap60-new", {"power": None}, "column power.price_cny_per_mwh: no price is known"),
    ],
)
def test_what_the_inputs_do_not_have(name, changes, message):
    found, data = project(name)
    raw = {k: v for k, v in {**found.raw, "provenance": None, **changes}.items() if v is not None}
    changed = read_project(raw, found.file, name)
    if message is None:
        invest(changed, data)
        return
    with pytest.raises(InputError) as error:
        invest(changed, data)
    assert f"projects/{name}.yaml" in str(error.value)
    assert message in str(error.value)


JUNK = (
    0, -1, 1, None, "x", True, [], {}, {2026: 5}, {"a": 1}, 1e-9, 1e6, float("inf"), float("nan"), 0.999, 60,
    10**30, [1], {2026: "x"}, {"price_cny_per_mwh": 1},
)  # fmt: skip


def keys(raw, before=""):
    for key, value in raw.items():
        yield before + str(key)
        if isinstance(value, dict) and key != "provenance":
            yield from keys(value, f"{before}{key}.")


@pytest.mark.parametrize(("name", "step"), [("weiqiao-to-yunnan", 4), ("ap60-new", 1)])
def test_junk_in_any_key_is_refused_or_gives_finite_figures(name, step):
    """Every key with every kind of junk: an error that names problems, or a whole sheet, never nan."""
    found, data = project(name)
    refused = 0
    for key in [*keys(found.raw), "capex_life_a", "capacity_after_mt_per_a", "quota", "renewal_cny_per_t_a"]:
        for value in JUNK[::step]:
            try:
                changed = read_project(with_value(found.raw, key, value), found.file, name)
                said, table = appraise(replace(changed, ranges={}), data)
            except InputError:
                refused += 1
            else:
                json.dumps(said, allow_nan=False)
                assert all(math.isfinite(cell) for row in table.rows for cell in row)
    assert refused > 300 / step


@pytest.mark.parametrize("name", NAMES)
def test_every_project_fits_a_screen(name):
    said, table = summary(name)
    shown = project_screen(said, table)
    assert name in shown
    assert not re.search(r"\b(nan|inf)\b", shown)
    assert all(len(line) <= 140 for line in shown.splitlines())


def test_a_part_is_renewed_at_the_end_of_each_life():
    """Seven years after the start in 2028 and again: 2035 and 2042, not in the last of 20 years."""
    _, table = summary("zhongrun-phase-2")
    paid = {row["year"]: row["renewal_m_cny"] for row in table.records() if row["renewal_m_cny"]}
    assert paid == pytest.approx({2035: 0.5 * 600, 2042: 0.5 * 600})


def test_waiting_meets_the_prices_of_the_year_after():
    """Metal falls in the second year: a project that starts a year later sells nothing at the old price."""
    found, data = project("tianshan-200kt", metal_cny_per_t={2026: 22_600, 2027: 11_300})
    said, _ = appraise(replace(found, ranges={}), data)
    after, _ = project("tianshan-200kt", metal_cny_per_t={2026: 22_600, 2027: 11_300}, start_year=2026)
    assert said["npv_waiting_m_cny"] == pytest.approx(net_value(invest(after, data)) / 1.08)
    lost = 0.2 * data.parameters["availability"] * 10_000 / 1.08
    flat, _ = project("tianshan-200kt", metal_cny_per_t=11_300)
    flat_said, _ = appraise(replace(flat, ranges={}), data)
    assert said["value_of_waiting_m_cny"] == pytest.approx(flat_said["value_of_waiting_m_cny"] - lost)


@pytest.mark.parametrize("name", NAMES)
def test_every_project_is_drawn(name):
    """Bars are the sheet's flows, the line ends at the NPV, the tornado's ends are those of the summary."""
    said, table = summary(name)
    drawn = investments.project_value(said, table).to_dict()
    flows, tornado_rows = (part["layer"][0]["data"]["values"] for part in drawn["vconcat"])
    rows = list(table.records())
    assert [row["flow"] for row in flows] == [row["before_tax_m_cny"] for row in rows]
    assert flows[-1]["running"] == pytest.approx(said["npv_m_cny"], rel=1e-9)
    ends = {row["npv"] for row in tornado_rows}
    widest = said["tornado"][0]
    assert {widest["npv_low_m_cny"], widest["npv_high_m_cny"]} <= ends
    assert "nan" not in json.dumps(drawn)


def test_a_break_even_below_nil_is_no_price():
    """The move south pays at no metal price, and only where less than nothing is spent."""
    shown = project_screen(*summary("weiqiao-to-yunnan"))
    assert re.search(r"metal, CNY/t +no price +no price +no price +below", shown)
    assert re.search(r"capex, CNY per t/a +no price", shown)
    assert "More power is needed: 369 kWh/t." in shown
    assert "Output lost in the change costs 329 CNY/t" in shown
    package = project_screen(*summary("c240-full-package"))
    assert re.search(r"carbon, CNY/t CO2e +any price", package)
    assert "debt rate" not in package, "it moves no flow before tax"
    assert "building nothing" in project_screen(*summary("tianshan-200kt"))


def test_phase_2_hangs_on_the_metal_price():
    """At its break-even for all years it is worth nothing; below it, as in the plan, it loses."""
    low = 16_000.0 * 1.13
    inv = invest(*project("zhongrun-phase-2", metal_cny_per_t=low))
    assert net_value(inv) < 0 < summary("zhongrun-phase-2")[0]["npv_m_cny"]


def test_the_ladder_is_the_published_one():
    """13,818.75 less 13,300 is 25.9 steps of 20 kWh/t, 26 begun: 0.26 CNY/kWh with VAT on all power."""
    stack = summary("rebuild-240-to-600-with-ladder")[0]["levelised_cost"]
    before = summary("rebuild-240-to-600")[0]["assumptions"]["ac_kwh_per_t_before"]
    assert stack["before"]["surcharge"] == pytest.approx(0.26 / 1.13 * before, rel=1e-3)
    assert summary("c240-full-package")[0]["assumptions"]["ac_kwh_per_t_after"] < 13_300


def test_key_figures_of_rebuilds_stand_where_they_belong():
    assert "rebuilds" in summary("rebuild-400-to-600")[0]
    for name in ("ap60-rebuild", "inert-anode-2035", "c240-full-package"):
        assert "rebuilds" not in summary(name)[0]


def test_the_page_is_not_stale():
    """Renew with `python -m alopt.analysis.project_list --write`."""
    assert (default_inputs() / "projects" / "README.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", NAMES)
def test_every_project_says_why(name):
    """A note of its own, none handed on by the file that it extends."""
    found = load_project(name, default_inputs())
    others = [load_project(other, default_inputs()).values["note"] for other in NAMES if other != name]
    assert len(found.values["note"]) > 60
    assert found.values["note"] not in others
    assert "".join(found.values["note"].split()) in "".join(project_screen(*summary(name)).split())
