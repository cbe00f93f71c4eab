"""What quota is worth on one screen: by year, by demand and import parity, beside published deals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alopt.report.screen import grid, page

#: Bid and ask closer than this are one number, CNY.
_ONE = 10.0


def quota_screen(summary: Mapping[str, Any]) -> str:
    """Render the worth of quota for a terminal.

    Parameters
    ----------
    summary : mapping
        Of :class:`alopt.analysis.quota_value.QuotaValue`.

    Returns
    -------
    str
    """
    text, console = page()
    console.print(
        f"[bold]Worth of smelting quota in {summary['scenario']}[/bold]; real {summary['price_year']} "
        f"{summary['currency']} without VAT"
    )
    console.print(
        "[dim]Rent: what a t/a of quota earns in a year. Price: its rents from that year on, at "
        f"{summary['discount_rate']:.0%} a year. Bid – ask: what one t/a more saves, what one less "
        "costs, for a rent in its year alone.[/dim]"
    )
    console.print(_years(summary))
    for key, title in (
        ("price", f"Price in {summary['year']}, CNY per t/a, bid – ask"),
        ("rent", f"Rent in {summary['year']}, CNY/t·a, bid – ask"),
    ):
        console.print(_cases(summary, key, title))
    if summary["deals"]:
        console.print(_deals(summary))
        console.print(_paid_back(summary))
    for line in _answers(summary):
        console.print(line)
    return text.getvalue().rstrip()


def span(row: Mapping[str, Any], key: str) -> str:
    """Write bid and ask of a row, as one number where they are close."""
    unit = "cny_per_t_a" if key == "rent" else "cny_per_t"
    bid, ask = row[f"{key}_bid_{unit}"], row[f"{key}_ask_{unit}"]
    if bid is None or ask is None:
        return "–"
    if abs(ask - bid) < max(_ONE, 0.02 * abs(ask)):
        return f"{ask:,.0f}"
    return f"{max(bid, 0.0):,.0f} – {ask:,.0f}"


def _years(summary: Mapping[str, Any]) -> Any:  # noqa: ANN401
    columns = ["quota, Mt/a", "in use", "rent, CNY/t·a", "price, CNY per t/a", "metal, CNY/t"]
    table = grid("By year, the nation", "year", columns)
    for year, row in summary["years"].items():
        table.add_row(
            str(year), f"{row['stock_mt_per_a']:.2f}", f"{row['used_mt_per_a']:.2f}", span(row, "rent"),
            span(row, "price"), f"{row['metal_price_cny_per_t']:,.0f}",
        )  # fmt: skip
    return table


def _cases(summary: Mapping[str, Any], key: str, title: str) -> Any:  # noqa: ANN401
    found = {(row["demand_change_mt"], row["parity_change_cny_per_t"]): row for row in summary["cases"]}
    parities = sorted({parity for _, parity in found})
    heads = [f"{parity:+,.0f}" if parity else "as is" for parity in parities]
    table = grid(f"{title}; columns: import parity with VAT, CNY/t", "demand, Mt", heads)
    for demand in sorted({demand for demand, _ in found}):
        cells = [span(found[demand, p], key) if (demand, p) in found else "no plan" for p in parities]
        table.add_row(f"{demand:+g}" if demand else "as is", *cells)
    return table


def _named(deal: Mapping[str, Any]) -> str:
    return f"{deal['year']}: {deal['price_cny_per_t']:,.0f}"


def _deals(summary: Mapping[str, Any]) -> Any:  # noqa: ANN401
    years = list(summary["deals"][0]["margin_cny_per_t_a"])
    title = (
        "Published deals: yearly margin in CNY/t that pays for the quota, by years for which it stays scarce"
    )
    table = grid(title, "CNY per t/a", [f"{n}" for n in years])
    for deal in summary["deals"]:
        table.add_row(_named(deal), *(f"{margin:,.0f}" for margin in deal["margin_cny_per_t_a"].values()))
    return table


def _paid_back(summary: Mapping[str, Any]) -> Any:  # noqa: ANN401
    margins = list(summary["deals"][0]["years_of_scarcity"])
    table = grid(
        "and years after which a margin of so many CNY/t has paid for it", "CNY per t/a",
        [f"{margin:,}" for margin in margins],
    )  # fmt: skip
    for deal in summary["deals"]:
        table.add_row(
            _named(deal), *("–" if n is None else f"{n:.1f}" for n in deal["years_of_scarcity"].values())
        )
    return table


def _answers(summary: Mapping[str, Any]) -> Iterator[str]:
    year = summary["year"]
    for deal in summary["deals"]:
        vat = {"unstated": "VAT not stated", "excluded": "without VAT"}.get(deal["vat"], "with VAT")
        text = f"{deal['year']}, {deal['name']}: {deal['price_cny_per_t']:,.0f} ({vat}, money of its year)."
        ask, bid = deal["demand_change_ask_mt"], deal["demand_change_bid_mt"]
        if ask is None:
            text += " No demand that was tried makes the model ask that much."
        else:
            text += f" The model asks as much in {year} from a change of demand of {ask:+.1f} Mt a year on"
            text += "." if bid is None else f", and bids it from {bid:+.1f} Mt on."
        yield text
    yield (
        "Where bid and ask are apart, the standing fleet just fills its quota: one t/a less closes the "
        "last plant kept, one more must pay for a new line first. Who sells asks the one, who buys bids the "
        "other; the dual of the run is some value between them."
    )
    net = 1000.0 / (1.0 + summary["vat_on_metal"])
    yield (
        "While quota is scarce imports set the price of metal, so import parity dearer by 1,000 CNY/t adds "
        f"up to {net:,.0f} CNY/t·a to the rent (without VAT). With quota to spare a rent of a few CNY is the "
        "fee of its transfer."
    )
