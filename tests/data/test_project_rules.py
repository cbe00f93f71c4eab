"""Rules of project files: each broken file fails with its message, file and key."""

import json

import pytest
import yaml

from alopt.analysis.project import project_data
from alopt.data import default_inputs
from alopt.data.projects import is_project_key, load_project, read_contract, read_project
from alopt.errors import InputError, Problem

FILE = "projects/one.yaml"
GOOD = {
    "kind": "rebuild", "site": "north", "from_cell": "a", "to_cell": "b", "capacity_mt_per_a": 0.3,
    "start_year": 2026, "construction_years": 2, "capex_shares": [0.4, 0.6], "downtime_months": 6,
    "life_a": 20,
    "capex_cny_per_t_a": 7000, "engineering_fee": 0, "contingency": 0.1, "residual": "none",
    "rates": {"investor": 0.08, "planner": 0.05, "source": "x"},
}  # fmt: skip
NO_DEFAULT = "Give it; nothing that decides money has a default."
IN_RANGE, PLAIN, GROUP = "Give a value in this range.", "Write a plain number.", "Write `key: value` lines."
SHARES = "does not hold one share for each year of construction that add up to 1"
CONSTRUCTION = {"construction_years": 0, "capex_shares": None}
EQUITY = {**GOOD["rates"], "equity": 0.1}
DEBT = {"share": 0.5, "rate": 0.04, "years": 10}
QUOTA = {"price_cny_per_t": 1, "resale_cny_per_t": 0}


def problems(**changes) -> list[Problem]:
    content = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    try:
        read_project(content, FILE, "one")
    except InputError as error:
        return error.problems
    return []


def test_a_good_file_passes():
    assert problems() == []
    assert problems(debt=DEBT, rates=EQUITY, quota={**QUOTA, "sold_mt_per_a": 1}) == []
    assert problems(construction_years=1, capex_shares=None) == []
    assert problems(provenance={"capex_cny_per_t_a": {"low": 1, "high": 9}, "life_a": {"source": "x"}}) == []


def test_the_key_without_its_group_names_the_nearest():
    assert problems(capex_cny_per_ta=3) == [
        Problem(FILE, None, "capex_cny_per_ta", None, "no such key", "Did you mean capex_cny_per_t_a?")
    ]
    (problem,) = problems(zzzz=3)
    assert problem.mend.startswith("The keys are name, description, question")


@pytest.mark.parametrize(
    ("changes", "column", "value", "rule", "mend"),
    [
        (
            {"kind": "swap"},
            "kind", "swap", "is not one of the allowed words", "Write retrofit or rebuild or new or move.",
        ),
        ({"life_a": 0}, "life_a", "0", "is no whole number from 1 to 60", "Give one in this range."),
        ({"life_a": 6.5}, "life_a", "6.5", "is no whole number from 1 to 60", "Give one in this range."),
        ({"life_a": "long"}, "life_a", "long", "is no number", PLAIN),
        (
            {"capex_cny_per_t_a": -1},
            "capex_cny_per_t_a", "-1", "must lie from 0 and not above 1e+06", IN_RANGE,
        ),
        ({"capacity_mt_per_a": 0}, "capacity_mt_per_a", "0", "must lie above 0 and not above 50", IN_RANGE),
        ({"capex_cny_per_t_a": float("nan")}, "capex_cny_per_t_a", "nan", "is no number", PLAIN),
        ({"contingency": True}, "contingency", "True", "is no number", PLAIN),
        ({"site": 7}, "site", "7", "is no text", "Write a text; quote a number."),
        ({"residual": None}, "residual", None, "the key is missing", NO_DEFAULT),
        ({"rates": {"planner": 0.05}}, "rates.investor", None, "the key is missing", NO_DEFAULT),
        ({"rates": 0.08}, "rates", "0.08", "must be a mapping", GROUP),
        ({"policies": 3}, "policies", "3", "must be a mapping", "Write `name: {field: value}` lines."),
        (
            {"provenance": 3},
            "provenance", "3", "must be a mapping", "Write `key: {source: …, basis: …}` lines.",
        ),
        ({"downtime_months": None}, "downtime_months", None, "the key is missing", NO_DEFAULT),
        ({"quota": QUOTA}, "quota.bought_mt_per_a", None, "the key is missing", NO_DEFAULT),
        ({"debt": DEBT}, "rates.equity", None, "the key is missing", NO_DEFAULT),
        ({"metal_cny_per_t": 20000}, "vat", None, "the key is missing", NO_DEFAULT),
        ({"renewal_cny_per_t_a": 5}, "renewal_life_a", None, "the key is missing", NO_DEFAULT),
        ({"kind": "move", "to_region": "x"}, "closure_cny_per_t_a", None, "the key is missing", NO_DEFAULT),
        (
            {"carbon": {"price_cny_per_t": {"soon": 1}, "scope": "direct", "free_t_per_t": 0}},
            "carbon.price_cny_per_t", "soon", "is no year", "Write years as plain numbers.",
        ),
        (
            {"carbon": {"price_cny_per_t": {2026: -1}, "scope": "direct", "free_t_per_t": 0}},
            "carbon.price_cny_per_t", "-1", "is no price", "Write a price of nil or more, or one by year.",
        ),
        (
            {"to_region": "yunnan"},
            "to_region", "yunnan", "only a move leads to another region",
            "Leave it out, or choose the kind move.",
        ),
        (
            {"quota": {**QUOTA, "bought_mt_per_a": 1, "sold_mt_per_a": 1}},
            "quota", None, "quota is bought and sold at once", "Keep the difference.",
        ),
        (
            {"downtime_months": 25},
            "downtime_months", "25", "is longer than the 24 months of construction",
            "Lengthen the construction.",
        ),
        (
            {"debt": {**DEBT, "years": 21}, "rates": EQUITY},
            "debt.years", "21", "the loan outlives the project", "Shorten the loan.",
        ),
        (
            {"debt": {**DEBT, "years": 20}, "rates": EQUITY, **CONSTRUCTION},
            "debt.years", "20", "the loan outlives the project", "Shorten the loan.",
        ),
        (
            {"after": {"voltage_v": 3.9}},
            "after", None, "voltage and current efficiency stand together, and in place of the energy",
            "Give both, or ac_kwh_per_t alone.",
        ),
        (
            {"capex_usd_per_t_a": 1000, "capex_cny_per_t_a": None},
            "capex_usd_per_t_a", None, "prices in US dollars need an exchange rate",
            "Give exchange_rate_cny_per_usd, the rate of the price year.",
        ),
        (
            {"capex_usd_per_t_a": 1000, "exchange_rate_cny_per_usd": 7},
            "capex_usd_per_t_a", None, "is given in CNY too", "Keep one of the two.",
        ),
        (
            {"capex_shares": [0.5, 0.6]},
            "capex_shares", "[0.5, 0.6]", SHARES,
            "Write 2 shares, as [0.4, 0.6].",
        ),
        (
            {"capex_shares": None},
            "capex_shares", None, SHARES,
            "Write 2 shares, as [0.4, 0.6].",
        ),
        (
            {"provenance": {"life": {"low": 1, "high": 2}}},
            "provenance.life", None, "no such key",
            "Name a key of the file, dotted where it stands in a group.",
        ),
        (
            {"provenance": {"metal_cny_per_t": {"low": 1, "high": 2}}},
            "provenance.metal_cny_per_t", None, "stands for a value that the file does not give",
            "Give the value, or take this out.",
        ),
        (
            {"provenance": {"life_a": {"low": 9, "high": 2}}},
            "provenance.life_a", "9, 2", "has a low and a high that are no range",
            "Give numbers, the lower one first.",
        ),
    ],
)  # fmt: skip
def test_each_rule(changes, column, value, rule, mend):
    assert Problem(FILE, None, column, value, rule, mend) in problems(**changes)


def test_nothing_stands_before_a_new_plant():
    found = problems(kind="new", region="north")
    rule, mend = "nothing stands before a new plant", "Leave it out, or choose another kind."
    assert found == [
        Problem(FILE, None, "site", "north", rule, mend),
        Problem(FILE, None, "from_cell", "a", rule, mend),
        Problem(FILE, None, "downtime_months", "6", rule, mend),
    ]


def test_every_problem_at_once():
    found = problems(life_a=0, capex_cny_per_t_a=-1, contingency=None, spare=1)
    assert {problem.column for problem in found} == {"life_a", "capex_cny_per_t_a", "contingency", "spare"}


def write(folder, name, content):
    (folder / "projects").mkdir(exist_ok=True)
    (folder / "projects" / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def test_names_and_parents(tmp_path):
    write(tmp_path, "one", GOOD)
    write(
        tmp_path,
        "two",
        {"extends": "one", "life_a": 15, "rates": {"investor": 0.1}, "capex_shares": [0.5, 0.5]},
    )
    write(tmp_path, "loop", {"extends": "loop"})
    child = load_project("two", tmp_path)
    assert (child.name, child.values["life_a"], child.shares) == ("two", 15, (0.5, 0.5))
    assert (child.values["rates.investor"], child.values["rates.planner"]) == (0.1, 0.05)
    assert load_project("two", tmp_path, {"rates.investor": 0.2}).values["rates.investor"] == 0.2
    assert load_project(str(tmp_path / "projects" / "one.yaml"), tmp_path).values["life_a"] == 20
    with pytest.raises(InputError) as error:
        load_project("onee", tmp_path)
    mend = "Did you mean one? There are loop, one, two."
    assert error.value.problems == [Problem("projects/onee.yaml", None, None, None, "no such project", mend)]
    with pytest.raises(InputError) as error:
        load_project("loop", tmp_path)
    rule = "extends itself, or too many others"
    assert error.value.problems == [
        Problem("projects/loop.yaml", None, "extends", "loop", rule, "Extend one finished project.")
    ]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="Name a YAML file"):
        load_project("one", tmp_path / "empty")


def test_dollars_become_cny():
    content = {**GOOD, "capex_usd_per_t_a": 1000, "exchange_rate_cny_per_usd": 7, "vat": "excluded",
               "power": {"price_usd_per_mwh": {2026: 40, 2030: 50}}}  # fmt: skip
    del content["capex_cny_per_t_a"]
    found = read_project(content, FILE, "one")
    assert found.values["capex_cny_per_t_a"] == 7000
    assert found.values["power.price_cny_per_mwh"] == {2026: 280, 2030: 350}


def test_keys_of_the_project_and_of_its_scenario():
    assert is_project_key("rates.investor")
    assert is_project_key("capex_usd_per_t_a")
    assert not is_project_key("policies.carbon_price.price_cny_per_t")
    assert not is_project_key("discount_rate")


def test_a_contract_in_one_line():
    assert read_contract("{price_cny_per_mwh: 320, vat: included}")["price_cny_per_mwh"] == 320
    for text in ("320", "{price_cny_per_mwh: -1, vat: included}", "{price_cny_per_mwh: 1}", "{a: [", "{}"):
        with pytest.raises(InputError) as error:
            read_contract(text)
        mend = "Write {price_cny_per_mwh: 320, vat: included}."
        assert error.value.problems == [Problem("contract", None, None, text, "is no power contract", mend)]


def test_shipped_projects_name_inputs_that_exist():
    folder = default_inputs()
    for path in sorted((folder / "projects").glob("*.yaml")):
        found = load_project(path.stem, folder)
        assert found.values["scenario"] == "baseline"
        assert json.dumps(dict(found.values), allow_nan=False)
    assert project_data(found, folder, {}, None).market_prices is not None
