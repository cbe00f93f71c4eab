"""Every value traced to its source: each fault is planted, and the counts add up.

The page of the data dictionary and sources is made from the same tables; it must not be stale.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from editable_inputs import EditableInputs, yaml_text

from alopt.analysis.audit import SourceAudit, audit_sources, write_audit
from alopt.analysis.dictionary import PAGE, dictionary_page
from alopt.cli import main
from alopt.data import default_inputs
from alopt.errors import InputError

BASES = ("reported", "derived", "unverified", "assumed")


@pytest.fixture(scope="module")
def audit() -> SourceAudit:
    """The audit of the inputs that ship."""
    return audit_sources()


def told(inputs: EditableInputs) -> list[str]:
    """Problems that the audit finds, as text."""
    return [str(problem) for problem in audit_sources(inputs.folder).problems]


def one(inputs: EditableInputs, *parts: str) -> None:
    """The audit finds one problem, which says all this."""
    problems = told(inputs)
    assert len(problems) == 1, problems
    assert all(part in problems[0] for part in parts), problems[0]


def write_yaml(inputs: EditableInputs, place: str, content: dict[str, object]) -> None:
    path = inputs.folder / place
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml_text(content), encoding="utf-8")


def rate(inputs: EditableInputs, **changes: object) -> None:
    """Write a scenario that extends the baseline and sets a value of its own."""
    write_yaml(inputs, "scenarios/other.yaml", {"extends": "baseline", "discount_rate": 0.1, **changes})


# --- what ships


def test_the_shipped_inputs_are_traced(audit: SourceAudit):
    assert audit.problems == ()


def test_the_minimal_inputs_are_traced(inputs: EditableInputs):
    assert told(inputs) == []


def test_counts_add_to_the_rows_of_the_files(audit: SourceAudit, shipped: EditableInputs):
    """Rows by basis are counted again with the standard library."""
    counts = {row["table"]: row for row in audit.counts.records()}
    assert set(counts) == set(shipped.resources) - {"sources"}
    for name, count in counts.items():
        rows = shipped.rows(name)
        assert count["rows"] == len(rows)
        assert {basis: count[basis] for basis in BASES} == {
            basis: sum(row["basis"] == basis for row in rows) for basis in BASES
        }
    assert audit.sources.sum("rows") == audit.counts.sum("rows")


def test_every_number_of_every_row_is_listed_once(audit: SourceAudit, shipped: EditableInputs):
    """Numbers of a row besides its key, low and high; a row without one is listed by itself."""
    expected = 0
    for name, resource in shipped.resources.items():
        if name == "sources":
            continue
        left_out = {*resource["schema"]["primaryKey"], "low", "high"}
        columns = [
            field["name"]
            for field in resource["schema"]["fields"]
            if field["type"] in {"number", "integer"} and field["name"] not in left_out
        ]
        expected += sum(max(1, sum(row[c] != "" for c in columns)) for row in shipped.rows(name))
    places = [(row["table"], row["key"], row["quantity"]) for row in audit.values.records()]
    assert len(places) == len(set(places)) == expected


def test_weak_values_are_those_unverified_or_assumed(audit: SourceAudit):
    weak = [row for row in audit.values.records() if row["basis"] in {"unverified", "assumed"}]
    assert list(audit.weak.records()) == weak
    assert 0 < len(weak) < len(audit.values.rows)


def test_a_value_carries_all_that_a_reader_asks(audit: SourceAudit):
    """By hand: 600 CNY per t/a, 168 to 2221, is a range of (2221 - 168) / 600 = 342 %."""
    row = next(r for r in audit.values.records() if r["quantity"] == "restart_cost_cny_per_t_a")
    assert (row["table"], row["value"], row["low"], row["high"]) == ("parameters", 600, 168, 2221)
    assert row["unit"] == "CNY per t/a"
    assert row["range_share"] == pytest.approx(2053 / 600)
    assert (row["basis"], row["source"]) == ("assumed", "alopt_assumption")
    assert row["note"]


def test_the_widest_range_of_each_quantity_comes_first(inputs: EditableInputs):
    """By hand: 2 (0.1 to 50) is 49.9 / 2 = 2495 %; a value of 0 has no share and is left out."""
    row = inputs.rows("freight")[0]
    where = {"material": row["material"], "quantity": row["quantity"]}
    inputs.change("freight", where, value=2, low=0.1, high=50, basis="assumed")
    before = audit_sources(inputs.folder).weakest()
    assert (before[0]["table"], before[0]["quantity"]) == ("freight", row["quantity"])
    assert before[0]["range_share"] == pytest.approx(24.95)
    shares = [found["range_share"] for found in before]
    assert shares == sorted(shares, reverse=True)
    inputs.change("freight", where, value=0, low=0, high=50, basis="assumed")
    after = audit_sources(inputs.folder)
    freight = [found["values"] for found in (*before, *after.weakest())
               if (found["table"], found["quantity"]) == ("freight", row["quantity"])]  # fmt: skip
    assert freight in ([1], [freight[0], freight[0] - 1])
    assert "Weak values of zero with a range, which have no relative range: 1." in after.remarks


def test_assumptions_of_the_model_say_why(audit: SourceAudit):
    """No assumption without a reason: its note says more than that it is one."""
    for row in audit.values.records():
        if row["source"] == "alopt_assumption":
            said = re.sub(r"(?i)\b(assumed|no published figure|gain of 1)\b", "", row["note"] or "")
            assert re.search(r"\w{2,}", said), row


def test_control_totals_meet_the_fleet(audit: SourceAudit, shipped: EditableInputs):
    rows = list(audit.control_totals.records())
    assert len(rows) == len(shipped.rows("control_totals"))
    assert all(abs(row["difference_mt_per_a"]) < 1e-9 for row in rows)
    national = next(row for row in rows if row["province"] == "national" and row["fleet"] == "2024")
    assert national["placed_mt_per_a"] == pytest.approx(45.71)
    assert national["double_counted_mt_per_a"] == pytest.approx(0.71 - 0.27)


def test_every_licence_is_known(audit: SourceAudit):
    licences = audit.licences()
    assert sum(sources for sources, _ in licences.values()) == len(audit.sources.rows)
    assert sum(rows for _, rows in licences.values()) == audit.counts.sum("rows")
    assert all(row["licence"] for row in audit.sources.records())


def test_values_of_scenarios_are_traced(audit: SourceAudit):
    rows = {(row["file"], row["item"]): row for row in audit.files.records()}
    place = ("scenarios/guinea-embargo.yaml",
             "overrides[0]: bauxite_values (origin=guinea, quantity=volume_mt_per_a) value")  # fmt: skip
    assert rows[place]["value"] == "set 0.0"
    assert (rows[place]["sources"], rows[place]["inherited"]) == ("alopt_assumption", False)
    assert rows["scenarios/cap-40.yaml", "policies.capacity_cap.cap_mt_per_a"]["value"] == "40"
    assert all(row["sources"] for row in rows.values())


# --- faults, one by one


def test_a_value_without_a_source(inputs: EditableInputs):
    line = inputs.change("parameters", {"parameter": "circuity"}, source="")
    one(inputs, f"tables/parameters.csv, row {line}, column source", "a value is required")


def test_a_value_with_an_unknown_source(inputs: EditableInputs):
    line = inputs.change("parameters", {"parameter": "circuity"}, source="hearsay")
    one(inputs, f"tables/parameters.csv, row {line}, column source", "no such source", "hearsay")


def test_a_source_without_a_value(inputs: EditableInputs):
    line = inputs.add(
        "sources", source="idle", citation="Nobody, Nothing, 2020", year=2020, licence="CC0-1.0"
    )
    rule = "no value, scenario or project names this source"
    one(inputs, f"sources.csv, row {line}, column source", rule, "idle")
    rate(inputs, sources=["idle"])
    assert told(inputs) == []


def test_a_project_may_be_the_only_one_to_name_a_source(inputs: EditableInputs):
    inputs.add("sources", source="idle", citation="Nobody, Nothing, 2020", year=2020, licence="CC0-1.0")
    write_yaml(inputs, "projects/one.yaml", {"capex_m_cny": 5, "sources": ["idle"]})
    assert told(inputs) == []
    rows = [row for row in audit_sources(inputs.folder).files.records() if row["file"] == "projects/one.yaml"]
    assert [(row["item"], row["value"], row["sources"]) for row in rows] == [("capex_m_cny", "5", "idle")]


def test_each_price_has_its_own_source_and_range(inputs: EditableInputs):
    """A price with its provenance; then an unknown source, no range, a range it leaves, no source."""
    inputs.add("sources", source="idle", citation="Nobody, Nothing, 2020", year=2020, licence="CC0-1.0")

    def prices(alumina: dict[str, object], **more: object) -> None:
        prices_ = {"alumina_cny_per_t": 3000, "provenance": {"alumina_cny_per_t": alumina}, **more}
        write_yaml(inputs, "prices/may.yaml", prices_)

    sound = {"source": "idle", "basis": "assumed", "low": 2900, "high": 3100}
    prices(sound)
    assert told(inputs) == []
    (row,) = (r for r in audit_sources(inputs.folder).files.records() if r["file"] == "prices/may.yaml")
    assert (row["item"], row["value"], row["basis"]) == ("alumina_cny_per_t", "3000", "assumed")
    assert (row["low"], row["high"], row["sources"]) == (2900, 3100, "idle")
    prices(sound | {"source": "hearsay"})
    assert any("prices/may.yaml" in text and "no such source in sources.csv" in text for text in told(inputs))
    prices({"source": "idle", "basis": "assumed"})
    one(inputs, "prices/may.yaml, column alumina_cny_per_t", "an assumed value needs a low and a high")
    prices(sound | {"low": "much"})
    one(inputs, "prices/may.yaml, column alumina_cny_per_t", "an assumed value needs a low and a high")
    prices(sound | {"low": 3050})
    one(inputs, "prices/may.yaml, column alumina_cny_per_t", "lies outside its low of 3050 and high of 3100")
    prices(sound, anode_cny_per_t=5000)
    one(inputs, "prices/may.yaml, column anode_cny_per_t", "sets values and names no source")
    prices(sound, published={"mean_cny_per_t": 16000, "source": "idle"})
    assert told(inputs) == []


def test_a_scenario_with_an_unknown_source(inputs: EditableInputs):
    rate(inputs, sources=["hearsay"])
    one(inputs, "scenarios/other.yaml, column sources", "no such source in sources.csv", "hearsay")
    rate(inputs, sources=["Nobody, Nothing, 2020"])
    assert told(inputs) == []
    rate(inputs)
    found = {row["file"]: row for row in audit_sources(inputs.folder).files.records()}
    assert found["scenarios/other.yaml"]["inherited"]
    assert found["scenarios/other.yaml"]["sources"] == "example"


def test_a_scenario_that_sets_values_and_names_no_source(inputs: EditableInputs):
    rate(inputs, sources=[])
    one(inputs, "scenarios/other.yaml: sets values and names no source")


def test_a_project_that_names_no_source(inputs: EditableInputs):
    write_yaml(inputs, "projects/one.yaml", {"capex_m_cny": 5})
    one(inputs, "projects/one.yaml: sets values and names no source")


def test_a_file_that_is_no_yaml(inputs: EditableInputs):
    (inputs.folder / "projects").mkdir()
    (inputs.folder / "projects" / "one.yaml").write_text("a: [1", encoding="utf-8")
    one(inputs, "one.yaml", "is no valid YAML")
    (inputs.folder / "scenarios" / "other.yaml").write_text("a: [1", encoding="utf-8")
    assert len(told(inputs)) == 2


def test_a_value_outside_its_range(inputs: EditableInputs):
    line = inputs.change("parameters", {"parameter": "circuity"}, value=9, low=1, high=2, basis="assumed")
    one(inputs, f"tables/parameters.csv, row {line}, column value", "is above its high of 2")


def test_a_source_dated_in_the_future(inputs: EditableInputs):
    line = inputs.change("sources", {"source": "example"}, year=2099)
    one(inputs, f"sources.csv, row {line}, column year", "lies in the future", "2099")


def test_a_source_without_year_or_licence(inputs: EditableInputs):
    inputs.change("sources", {"source": "example"}, year="", licence="")
    problems = told(inputs)
    assert any("sources.csv" in text and "column year: a value is required" in text for text in problems)
    assert any("sources.csv" in text and "column licence: a value is required" in text for text in problems)


@pytest.mark.parametrize("licence", ["AGPL-3.0", "CC BY-NC 4.0", "AGPL-3.0; single figures cited as facts"])
def test_terms_that_bar_a_table(inputs: EditableInputs, licence: str):
    """The example source carries more than ten rows: too many to be single figures."""
    line = inputs.change("sources", {"source": "example"}, licence=licence)
    one(inputs, f"sources.csv, row {line}, column licence", "these terms bar a table in the inputs")


def test_a_few_single_figures_under_such_terms_are_facts(inputs: EditableInputs):
    licence = "AGPL-3.0; single figures cited as facts"
    inputs.add("sources", source="strict", citation="Nobody, Nothing, 2020", year=2020, licence=licence)
    inputs.change("parameters", {"parameter": "circuity"}, source="strict")
    assert told(inputs) == []
    inputs.change("sources", {"source": "strict"}, licence="AGPL-3.0")
    assert len(told(inputs)) == 1


def test_terms_in_no_known_form_are_a_remark(inputs: EditableInputs):
    inputs.change("sources", {"source": "example"}, licence="ask them")
    found = audit_sources(inputs.folder)
    assert found.problems == ()
    assert any("Terms not stated in a known form: example" in remark for remark in found.remarks)


def test_what_is_announced_is_a_remark(inputs: EditableInputs):
    inputs.change("sources", {"source": "example"}, year=1999)
    row = inputs.rows("grid_factors")[0]
    inputs.change("grid_factors", {"region": row["region"], "year": row["year"]}, basis="reported")
    assert any("Announced rather than measured" in text for text in audit_sources(inputs.folder).remarks)


def test_totals_that_do_not_add_up(shipped_copy: EditableInputs):
    where = {"fleet": "2024", "province": "Fujian"}
    shipped_copy.change("control_totals", where, capacity_mt_per_a=0.16)
    problems = told(shipped_copy)
    assert any("the smelters of Fujian add to 0.15 Mt/a, not 0.16" in text for text in problems)
    assert any("the provinces and quota in transit add to 45.72 Mt/a" in text for text in problems)
    rows = audit_sources(shipped_copy.folder).control_totals.records()
    gaps = {row["province"]: row["difference_mt_per_a"] for row in rows if row["difference_mt_per_a"]}
    assert gaps == {"Fujian": pytest.approx(-0.01)}


def test_tables_that_must_be_described(inputs: EditableInputs):
    path = inputs.folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] != "control_totals"]
    path.write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(InputError, match="control_totals"):
        audit_sources(inputs.folder)


# --- the command


def test_the_command_shows_all_on_a_hundred_columns(capsys: pytest.CaptureFixture[str], monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["audit"]) == 0
    shown = capsys.readouterr().out
    assert all(len(line.rstrip()) <= 100 for line in shown.splitlines())
    assert "…" not in shown
    assert main(["audit", "--sources"]) == 0
    assert capsys.readouterr().out == shown
    for part in ("Rows by table and basis", "known worst", "control totals", "Terms of the sources"):
        assert part in shown
    assert "Every value has a source and every source a value" in shown


def test_the_command_lists_every_value_of_a_table(
    capsys: pytest.CaptureFixture[str], shipped: EditableInputs, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "140")
    assert main(["audit", "--table", "parameters"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for row in shipped.rows("parameters"):
        assert f"{row['parameter']} {float(row['value']):.10g}" in shown
        assert f"{row['basis']}, {row['source']}" in shown
        assert row["note"] in shown
    citations = {row["source"]: row["citation"] for row in shipped.rows("sources")}
    assert all(citations[row["source"]] in shown for row in shipped.rows("parameters"))


def test_a_table_that_is_not_there(capsys: pytest.CaptureFixture[str]):
    assert main(["audit", "--table", "nothing"]) == 2
    assert "There is no table nothing" in capsys.readouterr().err


def test_json_is_only_json(capsys: pytest.CaptureFixture[str], audit: SourceAudit):
    assert main(["audit", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["problems"] == []
    assert len(printed["weak_values"]) == len(audit.weak.rows)
    assert main(["audit", "--json", "--table", "gwp"]) == 0
    assert {row["table"] for row in json.loads(capsys.readouterr().out)["values"]} == {"gwp"}


def test_quiet_prints_nothing(capsys: pytest.CaptureFixture[str]):
    assert main(["audit", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_fault_ends_with_code_2_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], inputs: EditableInputs, tmp_path: Path
):
    inputs.add("sources", source="idle", citation="Nobody, Nothing, 2020", year=2020, licence="CC0-1.0")
    out = tmp_path / "out"
    assert main(["audit", "--inputs", str(inputs.folder)]) == 2
    assert "1 problems" not in capsys.readouterr().out
    assert main(["audit", "--inputs", str(inputs.folder), "--out", str(out), "--json"]) == 2
    printed = capsys.readouterr()
    assert "no value, scenario or project names this source" in printed.err
    assert len(json.loads(printed.out)["problems"]) == 1
    assert not out.exists()
    with pytest.raises(InputError):
        write_audit(audit_sources(inputs.folder), out, inputs.folder)
    assert not out.exists()


def test_the_tables_are_written_whole(inputs: EditableInputs, tmp_path: Path):
    out = tmp_path / "out"
    for _ in range(2):  # the second replaces the first
        assert main(["audit", "--inputs", str(inputs.folder), "--out", str(out), "--quiet"]) == 0
    names = {"counts", "weak_values", "sources", "control_totals", "scenario_values"}
    assert {path.name for path in out.iterdir()} == {f"{name}.csv" for name in names} | {"run.json"}
    with (out / "weak_values.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == len(audit_sources(inputs.folder).weak.rows)
    manifest = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert manifest["command"] == "audit"
    assert "sources.csv" in manifest["inputs"]


# --- the page


def test_the_page_is_not_stale():
    page = (default_inputs() / PAGE).read_text(encoding="utf-8")
    assert page == dictionary_page(default_inputs()), "renew it: python -m alopt.analysis.audit --write"


def test_the_page_names_every_table_column_quantity_and_source(shipped: EditableInputs):
    page = (shipped.folder / PAGE).read_text(encoding="utf-8")
    for name, resource in shipped.resources.items():
        part = page.split(f"\n### {name}\n")[1].split("\n### ")[0]
        assert resource["title"] in part
        assert resource["description"] in part
        for column in shipped.columns(name):
            assert f"| `{column}` |" in part
        for quantity, unit in resource.get("alopt:quantities", {}).items():
            assert f"| `{quantity}` | {unit} | {resource['alopt:meanings'][quantity]} |" in part
    for row in shipped.rows("sources"):
        assert f"| `{row['source']}` | {row['citation'].rstrip('.')}" in page
        assert row["url"] in page


def test_the_tables_of_the_page_are_whole(shipped: EditableInputs):
    """Every line of a Markdown table has as many cells as its heading, and every link a target."""
    page = (shipped.folder / PAGE).read_text(encoding="utf-8")
    width = 0
    for line in page.splitlines():
        cells = len(re.split(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (width and cells) or cells == width, line
        width = cells
    headings = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= headings


def test_every_table_says_what_it_is_for(shipped: EditableInputs):
    for name, resource in shipped.resources.items():
        assert len(resource["description"].split()) > 5, name
        assert set(resource.get("alopt:meanings", {})) == set(resource.get("alopt:quantities", {})), name


def test_the_page_is_made_for_other_inputs_too(inputs: EditableInputs):
    page = dictionary_page(inputs.folder)
    assert "`example`" in page
    inputs.add("sources", source="idle", citation="Nobody, Nothing, 2020", year=2020, licence="CC0-1.0")
    with pytest.raises(InputError):
        dictionary_page(inputs.folder)
