"""Scenarios: every rule of a key, a file and a setting, broken one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from editable_inputs import EditableInputs

import alopt
from alopt.data.scenario import KEYS, load_scenario
from alopt.errors import Problem

FILE = "scenarios/baseline.yaml"
ALL_KEYS = f"The keys are {', '.join(KEYS)}."

#: Keys that only some worlds have a use for.
MAY_BE_ABSENT = ("gwp", "grid_path", "market_prices")

#: key, value, rule, mend
KEY_FAULTS = {
    "unknown resolution": (
        "resolution", "county", "is not one of the allowed words", "Use province or smelter.",
    ),
    "resolution as a list": (
        "resolution", ["province"], "is not one of the allowed words", "Use province or smelter.",
    ),
    "myopic": ("foresight", "myopic", "is not one of the allowed words", "Use perfect."),
    "sources as a text": ("sources", "example", "must be a list", "Write it as [a, b]."),
    "sources of numbers": ("sources", [1], "must be a list of texts", "Name sources as texts."),
    "one year without brackets": ("years", 2025, "must be a list", "Write it as [a, b]."),
    "no years": ("years", [], "must list model years", "Write them as [2025, 2030]."),
    "years as texts": ("years", ["2025"], "must list model years", "Write them as [2025, 2030]."),
    "half years": ("years", [2025.5], "must list model years", "Write them as [2025, 2030]."),
    "true for a year": ("years", [True], "must list model years", "Write them as [2025, 2030]."),
    "year in ancient times": ("years", [25], "must list model years", "Write them as [2025, 2030]."),
    "base year as a text": ("base_year", "2024", "is no year", "Write a year such as 2024."),
    "price year as a float": ("price_year", 2025.0, "is no year", "Write a year such as 2024."),
    "no last period": (
        "last_period_years", 0, "must be a whole number from 1 to 100",
        "Give the years the last model year stands for.",
    ),
    "endless last period": (
        "last_period_years", 101, "must be a whole number from 1 to 100",
        "Give the years the last model year stands for.",
    ),
    "half a last period": (
        "last_period_years", 2.5, "must be a whole number from 1 to 100",
        "Give the years the last model year stands for.",
    ),
    "true for a last period": (
        "last_period_years", True, "must be a whole number from 1 to 100",
        "Give the years the last model year stands for.",
    ),
    "rate in per cent": ("discount_rate", 8, "must be a rate from 0 to 0.5", "Write 0.08 for 8 %."),
    "negative rate": ("discount_rate", -0.01, "must be a rate from 0 to 0.5", "Write 0.08 for 8 %."),
    "rate as a text": ("discount_rate", "8 %", "must be a rate from 0 to 0.5", "Write 0.08 for 8 %."),
    "rate that is no number": (
        "discount_rate", float("nan"), "must be a rate from 0 to 0.5", "Write 0.08 for 8 %.",
    ),
    "policies as a list": (
        "policies", ["capacity_cap"], "must give each policy its fields",
        "Write `policies: {NAME: {field: value}}`.",
    ),
    "a policy without fields": (
        "policies", {"capacity_cap": 45}, "must give each policy its fields",
        "Write `policies: {NAME: {field: value}}`.",
    ),
    "name over two lines": ("name", "a\nb", "is no name", "Write up to 200 letters in one line."),
    "endless name": ("name", "a" * 201, "is no name", "Write up to 200 letters in one line."),
    "fleet as a number": (
        "fleet", 2024, "must be a text", "Put it in quotes if it looks like a number.",
    ),
    "blank demand": ("demand", "", "must be a text", "Put it in quotes if it looks like a number."),
    "no question": ("question", None, "must be a text", "Put it in quotes if it looks like a number."),
    "market prices as a number": (
        "market_prices", 2025, "must be a text", "Put it in quotes if it looks like a number.",
    ),
    "overrides as a mapping": ("overrides", {"table": "fleet"}, "must be a list", "Write it as [a, b]."),
    "years that stand still": (
        "years", [2025, 2025], "years must rise", "List each year once, in order.",
    ),
    "years that fall": ("years", [2030, 2025], "years must rise", "List each year once, in order."),
    "base year in the first model year": (
        "base_year", 2025, "must come before the first model year", "Give a year before 2025.",
    ),
    "base year after it": (
        "base_year", 2030, "must come before the first model year", "Give a year before 2025.",
    ),
    "horizon of centuries": (
        "base_year", 1900, "the horizon is longer than 200 years", "Shorten it.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("key", "value", "rule", "mend"), KEY_FAULTS.values(), ids=KEY_FAULTS)
def test_a_key_that_breaks_a_rule(inputs: EditableInputs, key: str, value: object, rule: str, mend: str):
    changes: dict[str, object] = {key: value}
    column, shown = key, str(value)
    if "horizon" in rule:
        changes["years"] = [2025, 2101]
        column, shown = "years", "[2025, 2101]"
    inputs.scenario(**changes)
    assert inputs.problems() == [Problem(FILE, inputs.key_line(column), column, shown, rule, mend)]


@pytest.mark.parametrize("key", [key for key in KEYS if key not in {"name", *MAY_BE_ABSENT}])
def test_a_missing_key(inputs: EditableInputs, key: str):
    path = inputs.scenario()
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    del content[key]
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    expected = Problem(
        FILE, None, key, None, "the key is missing", "Give it, or extend a scenario that has it."
    )
    assert inputs.problems() == [expected]


def test_a_scenario_without_a_name_is_called_as_its_file(inputs: EditableInputs):
    path = inputs.folder / "scenarios" / "mine.yaml"
    path.write_text("extends: baseline\n", encoding="utf-8")
    assert alopt.load(inputs.folder, "mine").scenario.name == "mine"


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("discountrate", "Did you mean discount_rate? "),
        ("Years", "Did you mean years? "),
        ("policy", "Did you mean policies? "),
        ("xyz", ""),
    ],
)
def test_an_unknown_key_with_a_hint(inputs: EditableInputs, key: str, hint: str):
    inputs.scenario(**{key: 1})
    assert inputs.problems() == [
        Problem(FILE, inputs.key_line(key), key, None, "no such scenario key", hint + ALL_KEYS)
    ]


def test_all_faults_of_a_scenario_come_in_one_list(inputs: EditableInputs):
    inputs.scenario(discount_rate=8, resolution="county", yeers=[2025], sources="example")
    assert [p.column for p in inputs.problems()] == ["yeers", "sources", "resolution", "discount_rate"]


@pytest.mark.parametrize(
    ("text", "row", "rule"),
    [
        ("name: a\nyears: [2025]\nname: b\n", 3, "the key 'name' stands twice"),
        ("policies:\n  cap: {a: 1, a: 2}\n", 2, "the key 'a' stands twice"),
        ("years: &all [2025]\nother: *all\n", 2, "aliases are not allowed"),
        ("name: &me {a: *me}\n", 1, "aliases are not allowed"),
        ("? [a, b]\n: c\n", 1, "a key is no word"),
        ("? {a: b}\n: c\n", 1, "a key is no word"),
        ("? !!set {a, b}\n: c\n", 1, "tags are not allowed"),
        ("name: !!python/object/apply:os.getcwd []\n", 1,
         "tags are not allowed"),
        ("name: !secret x\n", 1, "tags are not allowed"),
        ("name: !!bool maybe\n", 1, "tags are not allowed"),
        ("name: !!map [a]\n", 1, "tags are not allowed"),
        ("base_year: 0x7e8\n", 1, "is no plain number"),
        ("base_year: 33:44\n", 1, "is no plain number"),
        ("base_year: 02024\n", 1, "is no plain number"),
        ("discount_rate: 0_1.5\n", 1, "is no plain number"),
        ("discount_rate: 1:30.5\n", 1, "is no plain number"),
        ("years: [" + "9" * 41 + "]\n", 1, "is no plain number"),
        ('name: "\\ud800"\n', 1, "half a character stands in a text"),
        ("name: [1, 2\n", 2, "expected ',' or ']', but got '<stream end>'"),
        ("name: \x07\n", None, "special characters are not allowed"),
        ("name: 2025-13-45\n", None, "month must be in 1..12"),
        ("years: [" + "[" * 1000 + "]" * 1000 + "]\n", None, "nested too deeply"),
    ],
    ids=["key twice", "inner key twice", "alias", "alias to itself", "list as a key", "mapping as a key",
         "set as a key", "python tag", "own tag", "tag of a truth", "tag of a mapping",
         "hexadecimal", "sexagesimal", "octal", "underscore", "sexagesimal fraction",
         "endless number", "half a character",
         "open bracket", "control sign", "no date", "depth"],
)  # fmt: skip
def test_yaml_that_is_not_taken(inputs: EditableInputs, text: str, row: int | None, rule: str):
    (inputs.folder / FILE).write_text(text, encoding="utf-8")
    assert inputs.problems() == [
        Problem(FILE, row, None, None, f"is no valid YAML: {rule}", "Mend the file.")
    ]


def test_latin_1_in_a_scenario(inputs: EditableInputs):
    (inputs.folder / FILE).write_bytes("name: Métaux\n".encode("latin-1"))
    (problem,) = inputs.problems()
    assert (problem.file, problem.rule) == (FILE, "is not UTF-8 (invalid continuation byte)")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n", "42\n"])
def test_yaml_without_keys(inputs: EditableInputs, text: str):
    (inputs.folder / FILE).write_text(text, encoding="utf-8")
    assert inputs.problems() == [
        Problem(FILE, None, None, None, "holds no keys", "Write `key: value` lines.")
    ]


def test_a_scenario_of_a_quarter_of_a_million_bytes(inputs: EditableInputs):
    (inputs.folder / FILE).write_text("#" * 250_001, encoding="utf-8")
    assert inputs.problems() == [
        Problem(FILE, None, None, None, "is larger than 250000 bytes", "Shorten it.")
    ]


@pytest.mark.parametrize(
    ("name", "file", "hint"),
    [
        ("basline", "scenarios/basline.yaml", "Did you mean baseline? "),
        ("xyz", "scenarios/xyz.yaml", ""),
        ("../baseline", "scenarios/../baseline.yaml", "Did you mean baseline? "),
    ],
)
def test_no_such_scenario(inputs: EditableInputs, name: str, file: str, hint: str):
    mend = f"{hint}There are baseline."
    assert inputs.problems(name) == [Problem(file, None, None, None, "no such scenario", mend)]


def test_a_name_does_not_leave_the_folder_of_scenarios(inputs: EditableInputs):
    outside = inputs.folder / "outside.yaml"
    outside.write_text("extends: baseline\n", encoding="utf-8")
    assert [(p.file, p.rule) for p in inputs.problems("../outside")] == [
        ("scenarios/../outside.yaml", "no such scenario")
    ]


def test_no_such_file(inputs: EditableInputs, tmp_path: Path):
    assert inputs.problems(str(tmp_path / "mine.yaml")) == [
        Problem(str(tmp_path / "mine.yaml"), None, None, None, "cannot be read (No such file or directory)",
                "Name a file that exists.")
    ]  # fmt: skip


def test_a_scenario_by_its_path(inputs: EditableInputs, tmp_path: Path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("extends: baseline\nname: mine\ndiscount_rate: 0.05\n", encoding="utf-8")
    assert alopt.load(inputs.folder, str(mine)).scenario.discount_rate == 0.05


def test_faults_of_a_scenario_by_its_path_name_the_path(inputs: EditableInputs, tmp_path: Path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("extends: baseline\npolicies: {wishes: {}}\n", encoding="utf-8")
    assert [(p.file, p.column) for p in inputs.problems(str(mine))] == [(str(mine), "policies.wishes")]


def test_a_scenario_that_was_loaded_before(inputs: EditableInputs):
    """A scenario object is checked against the tables like a file; problems name the file it came from."""
    scenario = load_scenario("baseline", inputs.folder)
    assert alopt.load(inputs.folder, scenario).scenario == scenario
    inputs.override(table="fleets", where={}, column="capacity_mt_per_a", set=1)
    (problem,) = inputs.problems(load_scenario("baseline", inputs.folder))
    assert (problem.file, problem.rule) == ("scenarios/baseline.yaml", "no such table")


def write_chain(inputs: EditableInputs, *names: str, last: str) -> None:
    """Let each scenario extend the next one, and the last one extend another."""
    for name, parent in zip(names, [*names[1:], last], strict=True):
        text = f"extends: {parent}\nname: {name}\n"
        (inputs.folder / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("names", [("a",), ("a", "b"), ("a", "b", "c")])
def test_extends_in_a_loop(inputs: EditableInputs, names: tuple[str, ...]):
    write_chain(inputs, *names, last="a")
    assert inputs.problems("a") == [
        Problem(f"scenarios/{names[-1]}.yaml", None, "extends", None, "a leads back to itself",
                "Extend a scenario that stands alone.")
    ]  # fmt: skip


def test_extends_without_end(inputs: EditableInputs):
    names = [f"s{i}" for i in range(12)]
    write_chain(inputs, *names, last="baseline")
    (problem,) = inputs.problems("s0")
    assert (problem.column, problem.mend) == ("extends", "Extend a scenario that stands alone.")


def test_extends_that_names_nothing(inputs: EditableInputs):
    inputs.scenario(extends=["a", "b"])
    assert inputs.problems() == [Problem(FILE, None, "extends", None, "must be a name", "Name one scenario.")]


def test_extends_a_scenario_that_does_not_exist(inputs: EditableInputs):
    write_chain(inputs, "a", last="basline")
    assert inputs.problems("a") == [
        Problem("scenarios/basline.yaml", None, None, None, "no such scenario",
                "Did you mean baseline? There are a, baseline.")
    ]  # fmt: skip


def test_a_fault_in_what_is_extended(inputs: EditableInputs):
    """Overrides and policies of the wrong kind are problems of the file that they stand in."""
    inputs.scenario(overrides=5, policies=[])
    write_chain(inputs, "a", last="baseline")
    assert [(p.file, p.row, p.column, p.value, p.rule) for p in inputs.problems("a")] == [
        (FILE, inputs.key_line("policies"), "policies", "[]", "must give each policy its fields"),
        (FILE, inputs.key_line("overrides"), "overrides", "5", "must be a list"),
    ]


def write_scenario(inputs: EditableInputs, name: str, **content: object) -> None:
    """Write a scenario of these keys, and no others."""
    path = inputs.folder / "scenarios" / f"{name}.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


PRICE = {"price_cny_per_t": 50, "scope": "direct"}


def test_a_policy_field_is_at_fault_in_the_file_that_gives_it(inputs: EditableInputs):
    """The parent's price is wrong, the child's scope is: each is named at its own file and line."""
    write_scenario(
        inputs, "parent", extends="baseline", policies={"carbon_price": PRICE | {"price_cny_per_t": -5}}
    )
    write_scenario(inputs, "child", extends="parent", policies={"carbon_price": {"scope": "wide"}})
    assert [(p.file, p.row, p.column) for p in inputs.problems("child")] == [
        ("scenarios/child.yaml", 4, "policies.carbon_price.scope"),
        ("scenarios/parent.yaml", 4, "policies.carbon_price.price_cny_per_t"),
    ]


def test_a_policy_that_was_dropped_between_is_the_childs(inputs: EditableInputs):
    """What a parent dropped does not come back: the child's policy lacks its price itself."""
    write_scenario(inputs, "first", extends="baseline", policies={"carbon_price": PRICE})
    write_scenario(inputs, "second", extends="first", policies={"carbon_price": None})
    write_scenario(inputs, "third", extends="second", policies={"carbon_price": {"scope": "direct"}})
    assert [(p.file, p.row, p.column) for p in inputs.problems("third")] == [
        ("scenarios/third.yaml", 3, "policies.carbon_price.price_cny_per_t")
    ]


def test_overrides_are_counted_in_the_file_that_lists_them(inputs: EditableInputs):
    """Of three overrides in all, the last is the child's second; the first is the parent's own."""

    def add(column: str) -> dict[str, object]:
        return {"table": "demand", "where": {"path": "central"}, "column": column, "add": 0.1}

    inputs.scenario(overrides=[add("total_metal_mt")])
    write_scenario(inputs, "child", extends="baseline", overrides=[add("total_metal_mt"), add("metal")])
    (problem,) = inputs.problems("child")
    assert (problem.file, problem.column) == ("scenarios/child.yaml", "overrides[1]")
    assert problem.row == inputs.key_line("overrides[1]", "child")
    inputs.scenario(overrides=[add("metal")])
    write_scenario(inputs, "child", extends="baseline", overrides=[add("total_metal_mt")])
    (problem,) = inputs.problems("child")
    assert (problem.file, problem.row) == (FILE, inputs.key_line("overrides[0]"))


@pytest.mark.parametrize("folder", ["", "below/"])
def test_a_path_that_is_extended_starts_at_the_file(inputs: EditableInputs, tmp_path: Path, folder: str):
    """Wherever a command is started, `extends: parent.yaml` is the file beside the child."""
    parent = tmp_path / f"{folder}parent.yaml"
    parent.parent.mkdir(exist_ok=True)
    parent.write_text("extends: baseline\ndiscount_rate: 0.05\n", encoding="utf-8")
    child = tmp_path / "child.yaml"
    child.write_text(f"extends: {folder}parent.yaml\n", encoding="utf-8")
    assert alopt.load(inputs.folder, str(child)).scenario.discount_rate == 0.05
    parent.write_text("extends: baseline\ndiscount_rate: 5\n", encoding="utf-8")
    (problem,) = inputs.problems(str(child))
    assert (problem.file, problem.row, problem.column) == (str(parent), 2, "discount_rate")


def test_extending_replaces_adds_and_drops(inputs: EditableInputs):
    """A key replaces, a policy's fields are laid over, null drops a policy, overrides are appended."""
    first = {"table": "demand", "where": {"path": "central"}, "column": "total_metal_mt", "add": 0.1}
    inputs.scenario(
        policies={
            "carbon_price": {"price_cny_per_t": 50, "scope": "direct"},
            "emission_cap": {"limit_mt": 90, "boundary": "direct"},
        },
        overrides=[first],
    )
    child = {
        "extends": "baseline",
        "discount_rate": 0.06,
        "policies": {"carbon_price": {"price_cny_per_t": 80}, "emission_cap": None},
        "overrides": [{**first, "add": 0.2}],
    }
    (inputs.folder / "scenarios" / "child.yaml").write_text(yaml.safe_dump(child), encoding="utf-8")
    scenario = load_scenario("child", inputs.folder)
    assert (scenario.discount_rate, scenario.fleet) == (0.06, "today")
    assert scenario.policies == {"carbon_price": {"price_cny_per_t": 80, "scope": "direct"}}
    assert [override.value for override in scenario.overrides] == [0.1, 0.2]
    assert alopt.load(inputs.folder, "child").markets.demand[2025] == pytest.approx(
        0.8 + 0.1 + 0.2, rel=1e-12
    )


#: settings, and the column, rule and mend expected
SETTINGS = {
    "unknown key": (
        {"discountrate": 0.05}, "discountrate", "no such scenario key",
        f"Did you mean discount_rate? {ALL_KEYS}",
    ),
    "key below a number": (
        {"discount_rate.high": 0.05}, "discount_rate.high", "discount_rate has no keys below it",
        "Set it whole.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "column", "rule", "mend"), SETTINGS.values(), ids=SETTINGS)
def test_a_setting_that_names_nothing(
    inputs: EditableInputs, settings: dict[str, object], column: str, rule: str, mend: str
):
    assert inputs.problems(settings=settings) == [Problem("--set", None, column, None, rule, mend)]


def test_settings_are_checked_like_the_file(inputs: EditableInputs):
    assert [p.column for p in inputs.problems(settings={"discount_rate": 8, "yeers": [2025]})] == [
        "yeers",
        "discount_rate",
    ]


def test_a_setting_of_a_policy_that_the_scenario_lacks(inputs: EditableInputs):
    settings = {"policies.carbon_price.price_cny_per_t": 50, "policies.carbon_price.scope": "direct"}
    assert alopt.load(inputs.folder, settings=settings).policies["carbon_price"].price == {2025: 50.0}


#: key of the scenario: rule, mend
SETS = {
    "slices": ("no such slice set", "Use one of one, year."),
    "fleet": ("no such fleet", "Use one of today."),
    "demand": ("no such path in tables/demand.csv", "Use one of central."),
    "grid_path": ("no such path", "Use one of frozen."),
    "gwp": ("the set lacks cf4, c2f6, which cells emit", "Use a whole set of AR5."),
}


@pytest.mark.parametrize(("key", "rule", "mend"), [(key, *rest) for key, rest in SETS.items()], ids=SETS)
def test_a_set_that_the_tables_do_not_hold(inputs: EditableInputs, key: str, rule: str, mend: str):
    inputs.scenario(**{key: "unheard"})
    assert inputs.problems() == [Problem(FILE, inputs.key_line(key), key, "unheard", rule, mend)]


def test_recycled_metal_needs_the_path_too(inputs: EditableInputs):
    inputs.add("recycled", path="high", year=2025, recycled_mt=0.1)
    assert inputs.problems() == [
        Problem(
            FILE,
            inputs.key_line("demand"),
            "demand",
            "central",
            "no such path in tables/recycled.csv",
            "Use one of high.",
        )
    ]


@pytest.mark.parametrize("gas", ["cf4", "c2f6"])
def test_a_set_of_warming_potentials_that_lacks_a_gas(inputs: EditableInputs, gas: str):
    inputs.remove("gwp", {"gas": gas})
    assert inputs.problems() == [
        Problem(
            FILE,
            inputs.key_line("gwp"),
            "gwp",
            "AR5",
            f"the set lacks {gas}, which cells emit",
            "Use a whole set of AR5.",
        )
    ]
