"""The report: whole, within its bounds, in two languages, and safe from what names may hold."""

from __future__ import annotations

import csv
import json
import re
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from multiprocessing import get_context

import pytest

from alopt.cli import main
from alopt.report import layout
from alopt.report.page import Chapter, as_picture, report
from alopt.report.terms import signed, terms
from alopt.results.compare import compare
from alopt.results.facts import facts, weak_inputs
from alopt.results.saved import read_run

#: What a Chinese reader expects in Latin letters: codes, units and names of files, tools and sources.
CODES = re.compile(
    r"(?<![A-Za-z_])(alopt|baseline|cap|Mt|CO2e?|kWh|kA|PFC|CNY|AR5|HiGHS|simplex|Python|run|json|csv|inputs|fleet|sites|"
    r"capacity|electricity|summary|emissions|quota_transfers|quota_market|markets|shadow_prices|costs|cost_curve|"
    r"comparison|curve|quota|MWh)(?![A-Za-z_])"
)


@pytest.fixture(scope="module")
def pages(baseline, capped) -> dict[str, str]:
    chapters = [Chapter(baseline), Chapter(capped, compare(baseline, capped))]
    return {language: report(chapters, language) for language in ("en", "zh")}


class Text(HTMLParser):
    """Text of a page, without its style and without what is marked as English or as code."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.stack, self.tags, self.attributes = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in {"meta", "link", "br", "path", "rect", "line"}:
            self.stack.append((tag, dict(attrs).get("lang")))

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        kept = not any(tag in {"style", "code"} or lang == "en" for tag, lang in self.stack)
        if kept and data.strip():
            self.text.append(data.strip())


def parsed(page: str) -> Text:
    found = Text()
    found.feed(page)
    return found


def test_the_report_has_its_parts_in_order(pages):
    for language, page in pages.items():
        t = terms(language)
        places = [page.index(f'<h3 id="run2-{part}">') for part in
                  ("answer", "table", "figures", "moved", "compare", "prices", "checks", "unknown",
                   "assumptions", "manifest")]  # fmt: skip
        assert places == sorted(places)
        assert f'<html lang="{t("page.lang")}">' in page
        assert len(page.encode()) < 10_000_000
        assert page.count("<svg ") == 10 + 10 + 1


def test_the_answer_is_made_of_the_numbers(pages, baseline, capped):
    answer = pages["en"].split('<div class="answer">')[1].split("</div>")[0]
    years = baseline.summary["years"]
    assert answer.count("<p>") == 3
    assert f"{years['2060']['capacity_mt_per_a']:.1f} Mt/a in 2060" in answer
    assert f"{baseline.summary['system_cost_m_cny'] / 1000:,.0f} bn CNY" in answer
    assert "The cap does not bind: in 2025 quota allows 44.0 Mt" in answer
    tight = pages["en"].split('<div class="answer">')[2].split("</div>")[0]
    price = capped.summary["years"]["2025"]["quota_price_cny_per_t"]
    assert f"Quota is scarce in 2025, 2030, 2035: the highest price, {price:,.0f} CNY" in tight
    n = capped.summary["years"]["2025"]
    lack = f"{n['unserved_mt']:.2f} of {n['demand_mt']:.1f} Mt."
    assert f"Users go without metal in 2025, 2030, 2035: in 2025 they lack {lack}" in tight


def test_without_quota_the_answer_says_so(baseline):
    years = {y: {**n, "quota_price_cny_per_t": None, "quota_rent_cny_per_t_a": None}
             for y, n in baseline.summary["years"].items()}  # fmt: skip
    page = report([Chapter(replace(baseline, summary={**baseline.summary, "years": years}))])
    assert "No policy of this run limits capacity by quota." in page


def test_payments_to_the_state_are_told(baseline):
    columns = baseline.tables["transfers"].columns
    row = {
        "year": 2025,
        "instrument": "carbon_price",
        "payer": "smelters",
        "receiver": "state",
        "amount_m_cny": 2500.0,
    }
    table = replace(baseline.tables["transfers"], rows=[tuple(row.get(c, "") for c in columns)])
    run = replace(baseline, tables={**baseline.tables, "transfers": table})
    assert facts(run).payments == {"carbon_price": 2500.0}
    assert "in 2025 the state receives, in bn CNY: carbon price +2.5." in report([Chapter(run)])


def test_every_number_of_the_key_table_is_that_of_the_summary(pages, baseline):
    table = pages["en"].split("<caption>Key numbers by model year</caption>")[1].split("</table>")[0]
    rows = {row[0]: row[1:] for row in
            (re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", line) for line in table.split("<tr>"))
            if row}  # fmt: skip
    for label, key, form in (("output, Mt", "production_mt", ",.1f"), ("jobs", "employment_persons", ",.0f"),
                             ("renewable share of power", "renewable_share", ".1%")):  # fmt: skip
        assert rows[label] == [format(n[key], form) for n in baseline.summary["years"].values()]


def cells(page: str, caption: str) -> dict[str, list[str]]:
    """Rows of the table under a caption by their first cell."""
    table = page.partition(f"<caption>{caption}</caption>")[2].partition("</table>")[0]
    rows = (re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", line) for line in table.split("<tr>"))
    return {row[0]: row[1:] for row in rows if row}


def test_the_region_table_ends_with_the_nation(pages, baseline):
    """What stands, what stands then, and the change, of all regions together."""
    start = baseline.summary["base_year"]["capacity_mt_per_a"]
    first, last = (baseline.summary["years"][y]["capacity_mt_per_a"] for y in ("2025", "2060"))
    shown = cells(pages["en"], "Capacity by region, Mt/a, largest change first")["all regions"]
    assert shown == [f"{start:.2f}", f"{first:.2f}", f"{last:.2f}", signed(last - start, "+.2f")]


def test_the_sentences_name_what_is_dear_and_what_falls(pages, baseline, capped):
    """The highest price stands at its region, emissions go from the first year to the last."""
    prices = pages["en"].split('id="run1-prices"')[1].split("</p>")[0]
    low, high = (
        float(text.replace(",", "")) for text in re.findall(r"from ([\d,]+) in .* to ([\d,]+) in", prices)[0]
    )
    assert low < baseline.summary["years"]["2025"]["metal_price_cny_per_t"] < high
    one, two = (
        baseline.summary["years"][y]["emissions_mt_co2e"]["by_boundary"]["industry"] for y in ("2025", "2060")
    )
    assert f"emissions go from {one:.0f} to {two:.0f} Mt CO2e" in pages["en"]
    totals = compare(baseline, capped).totals
    system, paid = (
        signed(totals[key]["difference"] / 1000, "+,.1f") for key in ("system_cost_m_cny", "transfers_m_cny")
    )
    assert (
        f"the resources cost {system} bn CNY, and payments change by {paid} bn CNY, of which 0.0"
        in pages["en"]
    )


def test_the_comparison_is_the_run_less_the_reference(pages, baseline, capped):
    shown = cells(pages["en"], "Differences from baseline; + is more")
    for label, key, form in (
        ("output, Mt", "production_mt", "+,.2f"),
        ("AC power, kWh/t", "ac_kwh_per_t", "+,.0f"),
    ):
        change = [
            capped.summary["years"][y][key] - baseline.summary["years"][y][key]
            for y in baseline.summary["years"]
        ]
        assert shown[label] == [signed(value, form) for value in change]


def test_who_bears_the_change_stands_beside_the_reference(pages, baseline, capped):
    """Every group by year and in present value; the last row is what resources cost less."""
    found = compare(baseline, capped)
    gains: dict[str, list[float]] = {}
    for row in sorted(found.table.records(), key=lambda row: row["year"]):
        if row["theme"] == "who bears it":
            gains.setdefault(row["item"], []).append(row["difference"])
    for group, by_year in gains.items():
        by_year.append(found.burden[group])
    users = gains["users of metal"]
    assert min(users) == users[-1] < -100_000  # a lower cap makes metal dear
    for language, scale, form in (("en", 1e-3, "+,.1f"), ("zh", 1e-2, "+,.0f")):
        t = terms(language)
        shown = cells(pages[language], t("compare.bearers"))
        for group, amounts in gains.items():
            assert shown[t.of("party", group)] == [signed(scale * amount, form) for amount in amounts]
        whole = [sum(amounts) for amounts in zip(*gains.values(), strict=True)]
        assert shown[t("compare.together")] == [signed(scale * amount, form) for amount in whole]
        assert len(shown) == 2 + len(gains)
        cost = -found.totals["system_cost_m_cny"]["difference"]
        assert shown[t("compare.together")][-1] == signed(scale * cost, form)


def test_groups_that_a_change_leaves_alone_are_not_listed(baseline, capped):
    """A state that gets nothing in either run, and a demand that differs, whose worth is not counted."""
    found = compare(baseline, capped)
    silent = [("who bears it", y, "", "state", "M CNY", 0.0, 0.0, 0.0) for y in baseline.years]
    table = replace(found.table, rows=[*found.table.rows, *silent])
    also = replace(found, table=table, burden={**found.burden, "state": 0.0}, other_values=("demand",))
    page = report([Chapter(capped, also)])
    assert "state" not in cells(page, terms("en")("compare.bearers"))
    assert terms("en")("compare.bearers_demand") in page
    blind = report([Chapter(capped, replace(found, burden={}))])
    assert terms("en")("compare.bearers") not in blind
    assert terms("en")("compare.bearers_note") not in blind


def test_a_rent_that_is_not_unique_is_said_to_be_so(pages, capped):
    """Only where quota is scarce, and the fleet just fills it."""
    numbers = capped.summary["years"]
    assert [y for y, n in numbers.items() if n["fleet_just_fills_quota"]] == []
    assert "not unique" not in pages["en"]
    assert pages["en"].count("The rent is one dual and may not be the only one.") == 1  # not in the baseline
    marked = {y: {**n, "fleet_just_fills_quota": y in {"2030", "2060"}} for y, n in numbers.items()}
    run = replace(capped, summary={**capped.summary, "years": marked})
    assert facts(run).two_sided == [2030]
    for language, told in (
        ("en", "In 2030 the standing fleet just fills its quota"),
        ("zh", "2030年现有产能恰好用满"),
    ):
        page = report([Chapter(run)], language)
        assert told in page
        assert "alopt curve quota cap-40" in page


def test_every_party_of_a_payment_has_a_word():
    from alopt.policies import STATE, captive_coal, cbam, renewable_share, tiered_tariff
    from alopt.results.burden import MAKERS, RECYCLERS, USERS

    others = {captive_coal.RECEIVER, tiered_tariff.RECEIVER, renewable_share.RECEIVER, cbam.ABROAD, STATE}
    assert {f"party.{name}" for name in {USERS, MAKERS, RECYCLERS, *others}} <= set(terms("zh").words)


def test_the_chinese_key_table_counts_in_10_000_t(pages, baseline):
    shown = cells(pages["zh"], terms("zh")("key.caption"))
    years = baseline.summary["years"].values()
    assert shown[terms("zh")("key.output")] == [f"{100 * n['production_mt']:,.0f}" for n in years]
    assert "万吨" in terms("zh")("key.output")


def test_the_weak_values_are_the_widest(baseline):
    rows = weak_inputs(baseline.inputs)
    shares = [row["range_share"] for row in rows]
    assert shares == sorted(shares, reverse=True)
    (fee,) = (row for row in rows if row["quantity"] == "quota_transfer_cost_cny_per_t_a")
    assert (fee["value"], fee["low"], fee["high"], fee["range_share"]) == (10, 1, 100, 9.9)
    assert {row["basis"] for row in rows} == {"assumed", "unverified"}
    assert not [row for row in rows if row["table"] == "region_tiles"]


def test_the_term_list_is_whole():
    text = resources.files("alopt.report").joinpath("terms.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    keys = [row["key"] for row in rows]
    assert len(set(keys)) == len(keys)
    for row in rows:
        assert (row["en"] and row["zh"]) or row["key"] == "curve.none", row
        fields = [sorted(set(re.findall(r"{(\w+)", row[language]))) for language in ("en", "zh")]
        assert fields[0] == fields[1], row
        assert not re.search(r"[\u4e00-\u9fff]", row["en"]), row
    with pytest.raises(KeyError):
        terms("fr")


def test_the_chinese_report_holds_no_english(pages):
    """Keys of tables and texts marked as English are left out of the count."""
    page = pages["zh"]
    for part in ("unknown", "assumptions", "manifest"):  # keys and settings as their files name them
        page = re.sub(rf'<h3 id="run\d-{part}">.*?(?=<h3|</article>)', "", page, flags=re.DOTALL)
    words = {word for text in parsed(page).text for word in re.findall(r"[A-Za-z]{2,}", CODES.sub("", text))}
    assert words == set()
    for term in ("产能置换", "电解铝", "绿电占比", "吨铝综合交流电耗", "完全成本", "影子价格", "自备电厂",
                 "测算口径",
                 "氧化铝", "预焙阳极", "丰水期", "产能指标"):  # fmt: skip
        assert term in pages["zh"]


def test_every_check_basis_and_setting_has_a_word(baseline):
    words = terms("zh").words
    assert {f"check.{check['name']}" for check in baseline.summary["checks"]} <= set(words)
    assert {f"table.{name}" for name in baseline.inputs if name != "sources"} <= set(words)


def test_every_policy_has_a_word():
    import alopt.policies as package

    names = {
        path.name.removesuffix(".py") for path in resources.files(package).iterdir() if path.name[0] != "_"
    }
    assert {f"policy.{name}" for name in names} <= set(terms("zh").words)


def test_shipped_questions_are_translated_as_they_stand():
    import yaml

    from alopt.data.schema import default_inputs

    words = terms("en").words
    for path in (default_inputs() / "scenarios").glob("*.yaml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if f"question.{content['name']}" in words:
            assert words[f"question.{content['name']}"] == " ".join(content["question"].split())
    assert sum(key.startswith("question.") for key in words) >= 13


def test_nothing_is_loaded_and_no_script_runs(pages):
    for page in pages.values():
        found = parsed(page)
        assert "script" not in found.tags
        assert "default-src 'none'" in page
        loads = [(tag, name, value) for tag, name, value in found.attributes
                 if name in {"src", "srcset", "href", "xlink:href", "data", "action", "poster"}]  # fmt: skip
        assert all(value.startswith(("#", "data:,")) for _, _, value in loads), loads
        assert not re.search(r"@import|url\((?!#)", page)


def test_names_within_pictures_meet_nowhere(pages):
    for page in pages.values():
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(set(ids)) == len(ids)
        targets = set(re.findall(r"url\(#([^)]+)\)", page)) | set(re.findall(r'href="#([^"]+)"', page))
        assert targets <= set(ids)


def test_harmful_names_appear_as_text(strange):
    run = read_run(strange)
    for language in ("en", "zh"):
        page = report([Chapter(run)], language)
        found = parsed(page)
        assert "script" not in found.tags
        assert "<script>" not in page.lower()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert any("<script>alert(1)</script>" in text for text in found.text)
        assert any("=cmd|'/c calc'!A1" in text for text in found.text)


def test_a_picture_is_one_thing_with_a_name():
    drawn = as_picture('<svg class="x" a="1"><g id="c" role="graphics-object" aria-label="no"/>'
                       '<path clip-path="url(#c)"/><use href="#c"/></svg>', "p", 'a "b" <c>')  # fmt: skip
    assert drawn == ('<svg role="img" aria-label="a &#34;b&#34; &lt;c&gt;" a="1"><g id="p-c"/>'
                     '<path clip-path="url(#p-c)"/><use href="#p-c"/></svg>')  # fmt: skip


class Broken(Executor):
    """A pool whose process ends before, or while, it draws."""

    def __init__(self, *, at_once: bool) -> None:
        self.at_once = at_once

    def submit(self, *_):
        if self.at_once:
            raise BrokenExecutor
        sent = Future()
        sent.set_exception(BrokenExecutor())
        return sent


def test_figures_drawn_beside_are_those_drawn_here(pages, capped, baseline):
    """A process of its own, or one that ends too early, changes no byte of the page."""
    chapters = [Chapter(baseline), Chapter(capped, compare(baseline, capped))]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert report(chapters, "en", pool) == pages["en"]
    for at_once in (True, False):
        assert report(chapters[:1], "en", Broken(at_once=at_once)) == report(chapters[:1])


def test_where_no_process_can_start_the_figures_are_drawn_here(folders, tmp_path, monkeypatch):
    def refused(*_, **__):
        raise OSError("no semaphores")

    monkeypatch.setattr("alopt.commands.report.ProcessPoolExecutor", refused)
    out = tmp_path / "report.html"
    assert main(["report", str(folders["baseline"]), "--out", str(out), "--quiet"]) == 0
    assert out.read_text(encoding="utf-8").count("<svg ") == 11


def test_the_command_writes_beside_the_run(folders, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(folders["baseline"].parent)
    assert main(["report", "baseline", "--quiet"]) == 0
    written = folders["baseline"].parent / "baseline-report.html"
    assert "Cost curve of the standing fleet at the prices of 2025-11" in written.read_text(encoding="utf-8")
    out = tmp_path / "both.html"
    code = main(
        ["report", "baseline", "cap-40", "--compare", "baseline", "--lang", "zh", "--out", str(out), "--json"]
    )
    assert code == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == out.stat().st_size < 10_000_000
    page = out.read_text(encoding="utf-8")
    assert 'id="run2-compare"' in page
    assert 'id="run1-compare"' not in page
    assert not list(out.parent.glob(".*"))


def test_scenario_names_mean_their_results(folders, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").symlink_to(folders["baseline"].parent, target_is_directory=True)
    assert main(["report", "cap-40"]) == 0
    assert "results/cap-40-report.html" in capsys.readouterr().out
    assert (folders["cap-40"].parent / "cap-40-report.html").is_file()


def test_what_is_no_run_is_refused(folders, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["report", "nosuch"]) == 2
    assert (
        "nosuch is no run: name a folder that alopt run wrote, or solve it first" in capsys.readouterr().err
    )
    one = str(folders["baseline"])
    assert main(["report", one, one]) == 2
    assert "report takes each run once." in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["report", one, "--out", str(tmp_path / "file" / "r.html")]) == 4
    assert "The report could not be written to" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_labels_move_apart_and_stay_near():
    assert layout.spread([1.0, 1.0, 1.0], 2.0, 0.0, 10.0) == [0.0, 2.0, 4.0]
    assert layout.spread([], 1.0, 0.0, 1.0) == []
    places = layout.beside_points([(50, 50, 5, "one"), (50, 50, 5, "two"), (50, 50, 5, "")], 10, 100, 100)
    assert places[2] is None
    assert places[0] != places[1]
