"""The page "Build your own case": its commands and edits, made on disk, give the numbers that it states.

Beyond the page's own figures each case is worked out by hand here, to 1e-8, primal and dual.
"""

from __future__ import annotations

import csv
import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from alopt.cli import main
from alopt.data import default_inputs

PAGE = default_inputs() / "minimal" / "README.md"
CASES = {
    "transport": "A transport problem",
    "country": "Another country",
    "smelter": "One smelter's retrofit",
}

Row = dict[str, str]


def exactly(value: float):
    """Equal to 1e-8."""
    return pytest.approx(value, rel=1e-8, abs=1e-10)


@dataclass
class Case:
    """A section of the page carried out in a folder: blocks applied and run in order."""

    home: Path
    inputs: Path | None = None
    results: Path | None = None
    stated: list[tuple[Path, list[str]]] = field(default_factory=list)

    def follow(self, section: str) -> None:
        """Apply each fenced block, and note which run each table of numbers belongs to."""
        pattern = r"^```(\w+) ?(\S*)\n(.*?)^```$|^\| `(\S+)` \| ([^|\n]*) \| `(\S+)` \| (\S+) \|$"
        for language, name, body, *stated in re.findall(pattern, section, re.MULTILINE | re.DOTALL):
            if language == "bash":
                self.commands(body)
            elif language == "csv":
                self.table(self.inputs / name, body)
            elif language == "yaml":
                self.scenario(self.inputs / name, body)
            else:
                assert self.results is not None
                self.stated.append((self.results, stated))

    def commands(self, body: str) -> None:
        """Carry out `alopt` and `rm` lines."""
        for line in body.splitlines():
            command, *words = shlex.split(line)
            if command == "rm":
                for word in words:
                    (self.home / word).unlink()
            else:
                assert command == "alopt"
                if "--out" in words:
                    self.results = self.home / words[words.index("--out") + 1]
                with pytest.MonkeyPatch.context() as patch:
                    patch.chdir(self.home)
                    assert main([*words, *(["--quiet"] if words[0] == "run" else [])]) == 0
                if words[0] == "init":
                    self.inputs = self.home / words[1]

    @staticmethod
    def table(path: Path, body: str) -> None:
        """Write a whole file, or put rows in place of those with the same key (or add them)."""
        package = json.loads((default_inputs() / "datapackage.json").read_text(encoding="utf-8"))
        schema = next(r["schema"] for r in package["resources"] if path.as_posix().endswith("/" + r["path"]))
        columns, keys = [f["name"] for f in schema["fields"]], schema["primaryKey"]
        if body.splitlines()[0] == ",".join(columns):
            path.write_text(body, encoding="utf-8")
            return
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        for values in csv.reader(body.splitlines()):
            row = dict(zip(columns, values, strict=True))
            rows = [old for old in rows if any(old[key] != row[key] for key in keys)] + [row]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)

    @staticmethod
    def scenario(path: Path, body: str) -> None:
        """Set keys of a scenario, or write a new one."""
        old = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.write_text(yaml.safe_dump(old | yaml.safe_load(body), sort_keys=False), encoding="utf-8")

    def rows(self, file: str, results: Path | None = None, **where: str) -> list[Row]:
        """Rows of a results file with these cells."""
        with ((results or self.results) / file).open(encoding="utf-8", newline="") as stream:
            return [row for row in csv.DictReader(stream) if all(row[c] == v for c, v in where.items())]

    def number(self, file: str, column: str, results: Path | None = None, **where: str) -> float:
        """One number of the results: of `summary.json`, or a column summed over rows."""
        if file == "summary.json":
            summary = json.loads(((results or self.results) / file).read_text(encoding="utf-8"))
            return float(summary[column])
        return sum(float(row[column]) for row in self.rows(file, results, **where))

    def dual(self, constraint: str, **where: str) -> float:
        """Shadow price of the one row of a constraint."""
        (row,) = self.rows("shadow_prices.csv", constraint=constraint, **where)
        return float(row["shadow_price"])


def sections() -> dict[str, str]:
    """Parts of the page by heading."""
    text = PAGE.read_text(encoding="utf-8")
    return dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def follow(tmp_path_factory):
    """Carry out a section once."""
    done: dict[str, Case] = {}

    def case(name: str) -> Case:
        if name not in done:
            done[name] = Case(tmp_path_factory.mktemp(name))
            done[name].follow(sections()[CASES.get(name, name)])
        return done[name]

    return case


@pytest.mark.parametrize("name", CASES)
def test_the_page_states_what_comes_out(follow, name):
    """Each number in a table agrees to the last digit shown."""
    case = follow(name)
    assert len(case.stated) >= 3
    for results, (file, place, column, shown) in case.stated:
        where = dict(re.findall(r"(\w+)=(\w+)", place))
        decimals = len(shown.partition(".")[2])
        assert case.number(file, column, results, **where) == pytest.approx(
            float(shown), abs=0.5 / 10**decimals
        )


def test_the_page_names_every_file_of_the_set():
    named = set(re.findall(r"[\w-]+\.(?:csv|yaml|json)", sections()["What the set holds"]))
    kept = {path.name for path in PAGE.parent.rglob("*.csv")} | {"baseline.yaml", "datapackage.json"}
    assert kept <= named


def test_the_first_commands_run(follow):
    """The set as it is: two smelters, one market."""
    case = follow("What the set holds")
    assert case.number("production.csv", "production_mt") == exactly(0.8)


def test_transport(follow):
    """Dantzig: 90 x (2.5 x 0.325 + 1.7 x 0.300 + 1.4 x 0.275) = 90 x 1.7075 = 153.675.

    Supply exceeds demand, so no plant earns a rent and each market pays the freight of its nearest:
    225, 153 and 126. The places are typed to 8 decimals of a degree, a millimetre.
    """
    case = follow("transport")
    assert case.number("summary.json", "objective_m_cny") == exactly(153.675)
    for market, dual in (("new_york", 225.0), ("chicago", 153.0), ("topeka", 126.0)):
        assert case.dual("ingot_market", market=market) == exactly(dual)
    for region in ("seattle", "san_diego"):
        assert case.dual("metal_supply", region=region) == exactly(0.0)
    ingot = {"material": "ingot"}
    assert case.number("flows.csv", "flow_mt", **ingot, destination="chicago", origin="seattle") == exactly(
        0.3
    )
    assert case.number("flows.csv", "flow_mt", **ingot, destination="topeka", origin="seattle") == exactly(
        0.0
    )


def test_merit_order_of_a_country(follow):
    """Fjell (north) runs full, Fjord (west) makes 0.3 of its 0.4 Mt/a and sets the price.

    - power    2,980 x 3.95 / 0.93 / 0.98 + 230 kWh a tonne, at 0.45 and 0.35 kroner
    - tonne    1.925 x 2,500 + 0.48 x 4,000 + 200 besides, and 150 of casting
    - fixed    0.8 x 3 + 0.35 + 0.3 + 0.1 = 3.15 thousand kroner per t/a, less than closing at 4,000
    - freight  1.3 x great circle D from (61, 5) to (66, 14): 80 + 0.15 D for alumina, 40 + 0.1 D for ingot
    - rent     the north's: 0.1 x kWh - 1.925 x (80 + 0.15 D) - (40 + 0.1 D) per t/a
    """
    from alopt.data.geography import great_circle_km

    case = follow("country")
    kwh = 2980.0 * 3.95 / 0.93 / 0.98 + 230.0
    besides = 1.925 * 2500.0 + 0.48 * 4000.0 + 200.0
    distance = 1.3 * great_circle_km((61, 5), (66, 14))
    alumina, ingot = 80.0 + 0.15 * distance, 40.0 + 0.1 * distance
    west = 0.45 * kwh + besides
    rent = 0.1 * kwh - 1.925 * alumina - ingot
    assert rent > 0
    assert case.dual("ingot_market", market="harbour") == exactly(west + 150.0)
    assert case.dual("metal_supply", region="west") == exactly(west)
    assert case.dual("metal_supply", region="north") == exactly(west - ingot)
    assert case.dual("running_limit", site="fjell") == exactly(-rent)
    assert case.dual("running_limit", site="fjord") == exactly(0.0)
    assert case.number("production.csv", "production_mt", site="fjell") == exactly(0.2)
    yearly = 0.3 * west + 0.2 * (west - rent - ingot) + 0.2 * ingot + 0.5 * 150.0 + 0.6 * 3150.0
    assert case.number("summary.json", "objective_m_cny") == exactly(yearly / 1.08)


def test_retrofit_of_one_smelter(follow):
    """The cathode saves kWh x 0.3 and costs a yearly charge and 30 once, on 0.1 Mt/a for ten years.

    - saving   2,980 x 0.2 / 0.93 / 0.98 kWh a tonne
    - charge   900 / (1 + v + ... + v^5), v = 1 / 1.08
    - weights  v + ... + v^10 for the years, v for the works
    - worth    saving - charge - 30 v / weight a year: what one more t/a relined saves (the dual, once,
               in money of 2025: x weight / v)
    - cost     0.6 Mt at the cost of a pot, 0.2 Mt imported at 20,000, less 0.1 x worth
    """
    case = follow("smelter")
    v = 1 / 1.08
    weight = sum(v**t for t in range(1, 11))
    kwh = 2980.0 * 3.95 / 0.93 / 0.98 + 230.0
    saving, charge = 0.3 * 2980.0 * 0.2 / 0.93 / 0.98, 900.0 / sum(v**s for s in range(6))
    worth = saving - charge - 30.0 * v / weight
    tonne = 0.3 * kwh + 1.925 * 2500.0 + 0.48 * 4000.0 + 200.0 + 150.0 + 300.0 + 350.0 + 300.0 + 100.0
    yearly = 0.6 * tonne + 0.2 * 20000.0 - 0.1 * worth
    base = case.home / "smelter-results"
    assert case.number("summary.json", "objective_m_cny", base) == exactly(weight * yearly)
    assert case.number("retrofits.csv", "capacity_mt_per_a", base) == exactly(0.1)
    case.results = base
    assert case.dual("ingot_market", market="home") == exactly(20000.0)
    assert case.dual("relining_limit", cell="pot") == exactly(-worth * weight / v)
    cheap = 0.6 * (tonne - 0.02 * kwh) + 0.2 * 20000.0
    assert case.number("summary.json", "objective_m_cny", case.home / "smelter-cheap") == exactly(
        weight * cheap
    )
