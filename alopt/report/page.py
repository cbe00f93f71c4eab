"""The report: one HTML file of one or more runs, with figures inside and nothing to load."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Any

from alopt.errors import UsageError
from alopt.report import figures, style
from alopt.report.terms import Terms, region_names, signed, smelter_names, terms
from alopt.results import facts as found_facts
from alopt.results import views

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from alopt.results.compare import Comparison
    from alopt.results.facts import Facts
    from alopt.results.saved import Run
    from alopt.results.table import ResultTable

#: Weak quantities and regions shown.
_WEAK, _REGIONS = 15, 12

#: Height from which a figure has most of a printed page, px.
_TALL = 600

#: Parts of a present value too small to speak of, bn CNY.
_BN = 0.05

#: Rows of the key table: term, key of the summary, unit that a language may count in, digits.
_KEY = (
    ("key.capacity", "capacity_mt_per_a", "mt", 1),
    ("key.output", "production_mt", "mt", 1),
    ("key.imports", "imports_mt", "mt", 2),
    ("key.metal_price", "metal_price_cny_per_t", "", 0),
    ("key.ac", "ac_kwh_per_t", "", 0),
    ("key.renewable", "renewable_share", "share", 1),
    ("key.captive", "captive_share", "share", 1),
    ("key.resource_cost", "resource_cost_cny_per_t", "", 0),
    ("key.full_cost", "full_cost_cny_per_t_with_vat", "", 0),
    ("key.rent", "quota_rent_cny_per_t_a", "", 0),
    ("key.quota_price", "quota_price_cny_per_t", "", 0),
    ("key.bauxite", "bauxite_import_share", "share", 0),
    ("key.jobs", "employment_persons", "", 0),
)
_BOUNDARIES = ("direct", "smelter_scope_1_2", "industry", "outside")

#: Rows of the comparison: term, item of the theme `nation`, unit, digits, sign of a share.
_COMPARED = (
    ("key.capacity", "capacity", "mt", 2),
    ("key.output", "production", "mt", 2),
    ("key.imports", "imports", "mt", 2),
    ("key.metal_price", "metal_price_cny_per_t", "", 0),
    ("key.ac", "ac_kwh_per_t", "", 0),
    ("key.renewable_points", "renewable_share", "share", 1),
    ("key.resource_cost", "resource_cost_cny_per_t", "", 0),
    ("key.rent", "quota_rent_cny_per_t_a", "", 0),
    ("key.jobs", "employment_persons", "", 0),
)

#: Settings of a scenario shown in this order.
_SETTINGS = (
    "years", "base_year", "last_period_years", "resolution", "slices", "foresight", "discount_rate",
    "currency", "price_year", "gwp", "fleet", "demand", "grid_path", "market_prices",
)  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """One run of a report and what stands beside it.

    Attributes
    ----------
    run : Run
    comparison : Comparison, optional
        With a reference.
    curve : (ResultTable, dict), optional
        Table and summary of the industry cost curve at the month's prices.
    no_curve : str
        Term that says why there is no curve.
    """

    run: Run
    comparison: Comparison | None = None
    curve: tuple[ResultTable, dict[str, Any]] | None = None
    no_curve: str = "curve.none"


def report(chapters: Sequence[Chapter], language: str = "en", pool: Executor | None = None) -> str:
    """Make the report.

    Parameters
    ----------
    chapters : sequence of Chapter
    language : {"en", "zh"}
    pool : Executor, optional
        Draws the figures while the next ones are made; drawn in turn if not given.

    Returns
    -------
    str
        An HTML page that loads nothing.

    Raises
    ------
    UsageError
        If the libraries of the extra `report` are not installed.
    """
    from alopt import __version__  # noqa: PLC0415

    style.altair()
    t = terms(language)
    drawings = [_Drawing(t, f"run{k}", pool) for k in range(1, len(chapters) + 1)]
    runs = [_chapter(draw, chapter) for draw, chapter in zip(drawings, chapters, strict=True)]
    for draw in drawings:
        draw.finish()
    names = t("page.and").join(chapter.run.name for chapter in chapters)
    page = {"lang": t("page.lang"), "title": t("page.title", names=names), "version": __version__}
    return str(_template().render(t=t, runs=runs, page=page))


def _template() -> Any:  # noqa: ANN401
    try:
        import jinja2  # noqa: PLC0415
    except ImportError:
        raise UsageError("The report needs jinja2: pip install 'alopt[report]'.") from None
    text = resources.files("alopt.report").joinpath("report.html.j2").read_text(encoding="utf-8")
    undefined = jinja2.StrictUndefined
    return jinja2.Environment(autoescape=True, undefined=undefined).from_string(text)


def _chapter(draw: _Drawing, chapter: Chapter) -> dict[str, Any]:
    t, place = draw.t, draw.place
    run, told = chapter.run, found_facts.facts(chapter.run)
    question, question_lang = _question(t, run)
    sections = ("answer", "table", "figures", "moved", "compare", "prices", "checks", "unknown",
                "assumptions", "manifest")  # fmt: skip
    content: dict[str, Any] = {
        "id": place,
        "heading": t("section.question", name=run.name),
        "question": question,
        "question_lang": question_lang,
        "answer": list(_answer(t, run, told)),
        "remarks": [t("page.money", year=run.manifest["scenario"]["price_year"])],
        "key": _key_table(t, run),
        "figures": list(_figures(draw, run, told)),
        "moved": _moved(t, told),
        "regions": _region_table(t, run, told),
        "move_figures": list(_move_figures(draw, run)),
        "compare": None if chapter.comparison is None else _compared(t, chapter.comparison, run, draw),
        "prices": list(_prices(t, run, told)),
        "price_figures": list(_price_figures(draw, chapter)),
        "checked": _checked(t, run),
        "checks": _check_table(t, run),
        "known": _known(t, run),
        "weak": _weak_table(t, run),
        "settings": _settings(t, run),
        "policies": _policies(t, run),
        "overrides": _overrides(t, run),
        "source_heads": [t(f"sources.{key}") for key in ("key", "citation", "year", "rows")],
        "sources": found_facts.used_sources(run),
        "manifest": _manifest(t, run),
    }  # fmt: skip
    shown = [name for name in sections if name != "compare" or content["compare"]]
    content["contents"] = [(f"{place}-question", run.name)]
    content["contents"] += [(f"{place}-{name}", t(f"section.{name}")) for name in shown]
    return content


class _Drawing:
    """Draws the figures of a chapter: each the text of an SVG whose names no other figure has."""

    def __init__(self, t: Terms, place: str, pool: Executor | None = None) -> None:
        self.t, self.place, self._pool = t, place, pool
        self._begun: list[tuple[dict[str, Any], str, Callable[[], str]]] = []

    def __call__(self, name: str, chart: Callable[[], Any], files: str) -> dict[str, Any]:
        """Begin a figure, of which :meth:`finish` adds the picture."""
        wanted = style.specification(chart)
        title, subtitle = (" ".join(wanted["title"][part]) for part in ("text", "subtitle"))
        place = f"{self.place}-{name}"
        caption = self.t("figure.files", files=files)
        figure: dict[str, Any] = {"id": place, "title": title, "svg": "", "caption": caption, "missing": ""}
        self._begun.append((figure, f"{title}. {subtitle}", self._begin(wanted)))
        return figure

    def _begin(self, wanted: dict[str, Any]) -> Callable[[], str]:
        """Send a figure to the pool, and return what gives its picture; drawn here where no pool is left."""
        here = partial(style.picture, wanted)
        if self._pool is None:
            return here
        try:
            sent = self._pool.submit(style.picture, wanted)
        except BrokenExecutor:
            return here

        def result() -> str:
            try:
                return sent.result()
            except BrokenExecutor:
                return here()

        return result

    def finish(self) -> None:
        """Wait for the pictures and put them into their figures."""
        from markupsafe import Markup  # noqa: PLC0415

        for figure, label, done in self._begun:
            text = as_picture(done(), figure["id"], label)
            figure["tall"] = drawn_height(text) > _TALL
            figure["svg"] = Markup(text)  # noqa: S704 - made by the renderer, which escapes what it is given


def _figures(draw: _Drawing, run: Run, told: Facts) -> Iterator[dict[str, Any]]:
    language = draw.t.language
    yield draw("tile_map", lambda: figures.tile_map(run, language=language), "capacity.csv")
    yield draw(
        "capacity_by_region", lambda: figures.capacity_by_region(run, language=language), "capacity.csv"
    )
    yield draw("capacity_by_cell", lambda: figures.capacity_by_cell(run, language), "capacity.csv")
    yield draw("power_mix", lambda: figures.power_mix(run, language), "electricity.csv, summary.json")
    yield draw(
        "emissions", lambda: figures.emissions_by_source(run, told.boundary, language), "emissions.csv"
    )


def _move_figures(draw: _Drawing, run: Run) -> Iterator[dict[str, Any]]:
    language = draw.t.language
    yield draw("quota_flow", lambda: figures.quota_flow(run, language), "quota_transfers.csv")
    places = "inputs/fleet.csv, inputs/sites.csv"
    yield draw("smelter_map", lambda: figures.smelter_map(run, language), places)


def _price_figures(draw: _Drawing, chapter: Chapter) -> Iterator[dict[str, Any]]:
    run, curve, language = chapter.run, chapter.curve, draw.t.language
    yield draw("quota_value", lambda: figures.quota_value(run, language), "quota_market.csv, summary.json")
    duals = "shadow_prices.csv"
    yield draw(
        "regional_prices", lambda: figures.regional_prices(run, language=language), f"markets.csv, {duals}"
    )
    yield draw("cost_stack", lambda: figures.cost_stack(run, language=language), f"costs.csv, {duals}")
    if curve is None:
        yield {"svg": "", "missing": draw.t(chapter.no_curve)}
    else:
        names = smelter_names(run.inputs["sites"].records(), language)
        yield draw("cost_curve", lambda: figures.cost_curve(*curve, language, names), "cost_curve.csv")


def drawn_height(svg: str) -> float:
    """Return the height of an SVG, px.

    >>> drawn_height('<svg role="img" width="640" height="480.5">')
    480.5
    """
    found = re.search(r'<svg [^>]*?\bheight="([0-9.]+)"', svg)
    return float(found[1]) if found else 0.0


def as_picture(svg: str, prefix: str, label: str) -> str:
    """Turn a drawn SVG into one picture for a reader, with names that no other picture of the page has.

    Parameters
    ----------
    svg : str
    prefix : str
        Put before every name within the picture.
    label : str
        What a screen reader says of it.
    """
    from markupsafe import escape  # noqa: PLC0415

    bare = re.sub(r' (?:role|aria-[a-z]+|class)="[^"]*"', "", svg)
    bare = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', bare)
    bare = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", bare)
    bare = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', bare)
    return bare.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)


def _question(t: Terms, run: Run) -> tuple[str, str]:
    """Return the question, translated where it is one that the term list knows, and its language if not."""
    asked = str(run.summary.get("question", ""))
    key = f"question.{run.name}"
    if t.language != "en" and key in t.words and terms("en").words[key] == asked:
        return t(key), ""
    return asked, "" if t.language == "en" else "en"


def _answer(t: Terms, run: Run, told: Facts) -> Iterator[str]:
    """Say in three sentences what the plan is, what it costs and emits, and what it hangs on."""
    first, last = (run.summary["years"][str(y)] for y in (told.first, told.last))
    names = region_names(run, t.language)
    movers = [row for row in told.regions if abs(row["change"]) >= 0.005][:3]
    listed = t("list.comma").join(
        t("answer.mover", region=names.get(row["region"], row["region"]),
          change=t.shown("mt", row["change"], 2, sign=True))
        for row in movers
    )  # fmt: skip
    yield t(
        "answer.plan",
        base=told.base, start=t.shown("mt", told.start_mt_per_a, 1), last=told.last,
        end=t.shown("mt", last["capacity_mt_per_a"], 1), movers=listed or t("answer.nobody"),
    ) + _shares(t, first, last)  # fmt: skip
    emitted = [numbers["emissions_mt_co2e"]["by_boundary"][told.boundary] for numbers in (first, last)]
    yield t(
        "answer.cost",
        first=told.first, last=told.last,
        cost=t.shown("bn_cny", run.summary["system_cost_m_cny"] / 1000, 0),
        one=_or_dash(t, first["resource_cost_cny_per_t"]), two=_or_dash(t, last["resource_cost_cny_per_t"]),
        e_one=t.shown("mt", emitted[0], 0), e_two=t.shown("mt", emitted[1], 0),
        boundary=t.of("boundary", told.boundary),
    ) + _paid(t, told)  # fmt: skip
    yield _hinge(t, told)


def _shares(t: Terms, first: dict[str, Any], last: dict[str, Any]) -> str:
    one, two = first["renewable_share"], last["renewable_share"]
    if one is None or two is None:
        return t("list.stop")
    return t("answer.renewable", one=f"{one:.0%}", two=f"{two:.0%}")


def _paid(t: Terms, told: Facts) -> str:
    found = {key: value for key, value in told.payments.items() if abs(value) / 1000 >= _BN}
    if not found:
        return t("list.stop")
    listed = t("list.comma").join(
        f"{t.of('policy', key)} {t.shown('bn_cny', value / 1000, 1, sign=True)}"
        for key, value in sorted(found.items())
    )
    return t("answer.paid", year=told.first, listed=listed)


def _hinge(t: Terms, told: Facts) -> str:
    """Say whether quota is scarce, by how much, and whether users go short."""
    short = _short(t, told)
    if not told.best_quota:
        return t("answer.no_quota") + short
    price, year = f"{told.best_quota['price']:,.0f}", told.best_quota["year"]
    if told.scarce:
        return t("answer.scarce", years=_years(t, told.scarce), price=price, year=year) + short
    if not told.margin:
        return t("answer.slack_only", price=price) + short
    can, need = (t.shown("mt", told.margin[key], 1) for key in ("can", "need"))
    room = t.shown("mt", told.margin["can"] - told.margin["need"], 1)
    return t("answer.slack", year=told.first, can=can, need=need, room=room, price=price) + short


def _short(t: Terms, told: Facts) -> str:
    """Say in which years users go without metal, and how much they lack where it is most."""
    if not told.short:
        return ""
    year, (lacking, wanted) = max(told.short.items(), key=lambda item: item[1][0])
    lacking_text, wanted_text = t.shown("mt", lacking, 2), t.shown("mt", wanted, 1)
    return t("answer.short", years=_years(t, told.short), year=year, lacking=lacking_text, wanted=wanted_text)


def _years(t: Terms, years: Iterable[int]) -> str:
    return t("list.comma").join(str(y) for y in years)


def _or_dash(t: Terms, value: float | None, unit: str = "", digits: int = 0) -> str:
    if value is None:
        return "–"
    return f"{value:.{digits}%}" if unit == "share" else t.shown(unit, value, digits)


def _grid(caption: str, heads: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"caption": caption, "heads": heads, "rows": rows}


def _key_table(t: Terms, run: Run) -> dict[str, Any]:
    years = run.summary["years"]
    rows = [[t(term), *(_or_dash(t, n.get(key), unit, digits) for n in years.values())]
            for term, key, unit, digits in _KEY]  # fmt: skip
    for boundary in _BOUNDARIES:
        cells = [n["emissions_mt_co2e"]["by_boundary"].get(boundary) for n in years.values()]
        rows.append([t("key.emissions", boundary=t.of("boundary", boundary)),
                     *(_or_dash(t, cell, "mt", 0) for cell in cells)])  # fmt: skip
    return _grid(t("key.caption"), [t("key.quantity"), *years], rows)


def _moved(t: Terms, told: Facts) -> str:
    amounts = {key: t.shown("mt", value, 1) for key, value in told.moves.items()}
    return t("moved.sentence", last=told.last, **amounts)


def _region_table(t: Terms, run: Run, told: Facts) -> dict[str, Any]:
    names = region_names(run, t.language)
    shown, rest = told.regions[:_REGIONS], told.regions[_REGIONS:]
    rows = [_region_row(t, str(names.get(row["region"], row["region"])), row) for row in shown]
    if rest:
        total = {key: sum(row[key] for row in rest) for key in ("start", "first", "last", "change")}
        rows.append(_region_row(t, t("figure.others", number=len(rest)), total))
    total = {key: sum(row[key] for row in told.regions) for key in ("start", "first", "last", "change")}
    rows.append(_region_row(t, t("nation"), total))
    heads = [t("moved.region"), str(told.base), str(told.first), str(told.last), t("moved.change")]
    return _grid(t("moved.caption"), heads, rows)


def _region_row(t: Terms, name: str, row: dict[str, Any]) -> list[str]:
    cells = [t.shown("mt", row[key], 2) for key in ("start", "first", "last")]
    return [name, *cells, t.shown("mt", row["change"], 2, sign=True)]


def _prices(t: Terms, run: Run, told: Facts) -> Iterator[str]:
    rows = [row for row in views.regional_prices(run, told.first) if row["metal_cny_per_t"] is not None]
    names = region_names(run, t.language)
    if rows:
        high, low = rows[0], rows[-1]
        yield t(
            "prices.metal", year=told.first,
            mean=_or_dash(t, run.summary["years"][str(told.first)]["metal_price_cny_per_t"]),
            low=f"{low['metal_cny_per_t']:,.0f}", low_at=names.get(low["region"], low["region"]),
            high=f"{high['metal_cny_per_t']:,.0f}", high_at=names.get(high["region"], high["region"]),
        )  # fmt: skip
    if told.best_quota:
        yield t("prices.quota", price=f"{told.best_quota['price']:,.0f}", year=told.best_quota["year"])
    if told.two_sided:
        yield t("prices.two_sided", years=_years(t, told.two_sided), scenario=run.name)
    elif told.scarce:
        yield t("prices.sides", scenario=run.name)


def _compared(t: Terms, found: Comparison, run: Run, draw: _Drawing) -> dict[str, Any]:
    rows = list(found.table.records())
    years = sorted({row["year"] for row in rows})
    by_item = {(row["item"], row["year"]): row["difference"] for row in rows if row["theme"] == "nation"}
    lines = [
        [t(term), *(_change(t, by_item.get((item, y)), unit, digits) for y in years)]
        for term, item, unit, digits in _COMPARED
    ]
    emitted = {
        (row["item"], row["year"]): row["difference"]
        for row in rows
        if row["theme"] == "emissions by boundary"
    }
    lines += [
        [t("key.emissions", boundary=t.of("boundary", boundary)),
         *(_change(t, emitted.get((boundary, y)), "mt", 1) for y in years)]
        for boundary in _BOUNDARIES
    ]  # fmt: skip
    heads = [t("key.quantity"), *map(str, years)]
    names = {**dict(found.regions), **region_names(run, t.language)}
    chart = draw(
        "difference",
        lambda: figures.difference(found, names=names, language=t.language),
        "comparison.csv",
    )
    return {
        "heading": t("compare.heading", reference=found.reference),
        "warnings": found.warnings,
        "sentences": list(_compare_sentences(t, found)),
        "key": _grid(t("compare.caption", reference=found.reference), heads, lines),
        "bearers": _bearers(t, found, rows, years),
        "bearer_notes": list(_bearer_notes(t, found)),
        "abated": _abated(t, found),
        "figure": chart,
    }


def _change(t: Terms, value: float | None, unit: str, digits: int) -> str:
    if value is None:
        return "–"
    if unit == "share":
        return signed(100 * value, f"+.{digits}f")
    return t.shown(unit, value, digits, sign=True)


def _compare_sentences(t: Terms, found: Comparison) -> Iterator[str]:
    if not found.totals:
        yield t("compare.no_totals")
        return
    change = {key: value["difference"] / 1000 for key, value in found.totals.items()}
    yield t(
        "compare.cost",
        system=t.shown("bn_cny", change["system_cost_m_cny"], 1, sign=True),
        transfers=t.shown("bn_cny", change["transfers_m_cny"], 1, sign=True),
        abroad=t.shown("bn_cny", change["paid_abroad_m_cny"], 1, sign=True),
    )


def _bearers(
    t: Terms, found: Comparison, rows: list[dict[str, Any]], years: list[int]
) -> dict[str, Any] | None:
    """What each group gains by year and in present value, and all together; None where prices are missing."""
    gains: dict[str, dict[int, float]] = {}
    for row in rows:
        if row["theme"] == "who bears it":
            gains.setdefault(row["item"], {})[row["year"]] = row["difference"]
    if not gains or not found.burden:
        return None
    lines = [(t.of("party", group), by_year, found.burden[group]) for group, by_year in gains.items()]
    whole = {y: sum(by_year.get(y, 0.0) for by_year in gains.values()) for y in years}
    lines.append((t("compare.together"), whole, sum(found.burden.values())))
    shown = [
        [name, *(_bn(t, v) for v in (*map(by_year.get, years), value))] for name, by_year, value in lines
    ]
    rows_shown = [line for line in shown if any(re.search("[1-9]", cell) for cell in line[1:])]
    heads = [t("compare.group"), *map(str, years), t("compare.present_value")]
    return _grid(t("compare.bearers"), heads, rows_shown or shown[-1:])


def _bn(t: Terms, m_cny: float | None) -> str:
    return _change(t, None if m_cny is None else m_cny / 1000, "bn_cny", 1)


def _bearer_notes(t: Terms, found: Comparison) -> Iterator[str]:
    if found.burden:
        yield t("compare.bearers_note")
        if "demand" in found.other_values:
            yield t("compare.bearers_demand")


def _abated(t: Terms, found: Comparison) -> dict[str, Any] | None:
    rows = [
        [t.of("boundary", boundary), _change(t, one["abated_mt"], "mt", 1),
         "–" if one["cost_cny_per_t"] is None else f"{one['cost_cny_per_t']:,.0f}".replace("-", "−")]
        for boundary, one in found.abatement.items()
    ]  # fmt: skip
    heads = [t("compare.boundary"), t("compare.abated"), t("compare.cost_per_t")]
    return _grid(t("compare.abatement"), heads, rows) if rows else None


def _checked(t: Terms, run: Run) -> str:
    checks = run.summary["checks"]
    worst = max(checks, key=lambda check: check["relative_error"])
    held = sum(check["ok"] for check in checks)
    return t("checks.sentence", held=held, number=len(checks), error=f"{worst['relative_error']:.1e}",
             name=t.of("check", worst["name"]))  # fmt: skip


def _check_table(t: Terms, run: Run) -> dict[str, Any]:
    rows = [
        [t.of("check", check["name"]), f"{check['relative_error']:.1e}",
         t("checks.yes" if check["ok"] else "checks.no")]
        for check in run.summary["checks"]
    ]  # fmt: skip
    return _grid(t("checks.caption"), [t("checks.name"), t("checks.error"), t("checks.holds")], rows)


def _known(t: Terms, run: Run) -> str:
    counted = found_facts.bases(run.inputs)
    listed = t("list.comma").join(f"{t.of('basis', key)} {number:,}" for key, number in counted.items())
    return t("unknown.sentence", rows=f"{sum(counted.values()):,}", listed=listed)


def _weak_table(t: Terms, run: Run) -> dict[str, Any]:
    rows = [
        [t.of("table", row["table"]), row["quantity"], row["key"] or "–", f"{row['value']:,.4g}",
         t("unknown.span", low=f"{row['low']:,.4g}", high=f"{row['high']:,.4g}"), f"{row['range_share']:.0%}",
         t.of("basis", row["basis"]), row["source"]]
        for row in found_facts.weak_inputs(run.inputs)[:_WEAK]
    ]  # fmt: skip
    columns = ("table", "quantity", "key", "value", "range", "share", "basis", "source")
    return _grid(t("unknown.caption", number=_WEAK), [t(f"unknown.{column}") for column in columns], rows)


def _settings(t: Terms, run: Run) -> dict[str, Any]:
    scenario = run.manifest["scenario"]
    rows = [
        [t.of("setting", key), _value(t, scenario[key])] for key in _SETTINGS if scenario.get(key) is not None
    ]
    return _grid(t("settings.caption"), [t("settings.setting"), t("settings.value")], rows)


def _value(t: Terms, value: Any) -> str:  # noqa: ANN401
    """Write a setting; its word where the term list has one."""
    return t.words.get(f"value.{value}", value) if isinstance(value, str) else _plain(value)


def _policies(t: Terms, run: Run) -> dict[str, Any]:
    policies = run.manifest["scenario"].get("policies", {})
    rows = [[t.of("policy", name), _plain(fields)] for name, fields in policies.items()]
    rows = rows or [[t("policies.none"), "–"]]
    return _grid(t("policies.caption"), [t("policies.policy"), t("policies.fields")], rows)


def _overrides(t: Terms, run: Run) -> dict[str, Any]:
    rows = [
        [t.of("table", str(one.get("table"))), _plain({k: value for k, value in one.items() if k != "table"})]
        for one in run.manifest["scenario"].get("overrides", ())
    ]
    return _grid(t("overrides.caption"), [t("unknown.table"), t("overrides.change")], rows)


def _plain(value: Any) -> str:  # noqa: ANN401
    """Write a setting as its owner wrote it in YAML, on one line."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_plain(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(inner) for inner in value)
    return str(value)


def _manifest(t: Terms, run: Run) -> dict[str, Any]:
    made, size = run.manifest, run.summary["lp"]
    listed = [
        ("alopt", made.get("alopt")), ("commit", made.get("commit")), ("python", made.get("python")),
        ("packages", made.get("packages")),
        ("solver", f"{made['solver']['name']}, {run.summary['solver']['algorithm']}"),
        ("options", made["solver"]["options"]),
        ("size", t("manifest.size_value", columns=f"{size['columns']:,}", rows=f"{size['rows']:,}",
                   nonzeros=f"{size['nonzeros']:,}")),
        ("objective", f"{run.summary['objective_m_cny']:,.3f}"),
        ("written", made.get("written")), ("inputs", len(made.get("inputs", {}))),
    ]  # fmt: skip
    rows = [[t(f"manifest.{key}"), _plain(value)] for key, value in listed if value is not None]
    return _grid(t("manifest.caption"), [t("manifest.item"), t("settings.value")], rows)
