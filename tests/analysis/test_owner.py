"""One owner's smelters: rank, exposure to policies, and a contract of its own."""

import pytest

from alopt.analysis.cost_curve import cost_curve
from alopt.analysis.owner import owner_view
from alopt.data.load import load
from alopt.errors import UsageError

OWNER = "China Hongqiao"


@pytest.fixture(scope="module")
def data():
    return load(None, "base-2024", resolution="smelter")


def test_cost_and_rank_are_those_of_the_curve(data):
    curve = {row["site"]: row for row in cost_curve(data).table.records()}
    rows = list(owner_view(data, OWNER.lower()).records())
    assert len(rows) > 1
    assert [row["rank"] for row in rows] == sorted(row["rank"] for row in rows)
    for row in rows:
        found = curve[row["site"]]
        assert found["owner"] == OWNER
        assert row["rank"] == found["rank"]
        assert row["full_cost_cny_per_t"] == found["full_cost_cny_per_t"]
        made = sum(other["output_mt"] for other in curve.values())
        assert row["output_below_share"] == pytest.approx(found["from_mt"] / made)


def test_exposures_by_hand(data):
    """Shandong: all power captive at 0.866 t/MWh; power 10 CNY/MWh dearer is 10 x MWh/t."""
    row = next(r for r in owner_view(data, OWNER, ladder="2022").records() if r["site"] == "shandong_weiqiao")
    mwh = row["ac_kwh_per_t"] / 1000
    assert row["power_10_cny_per_t"] == pytest.approx(10 * mwh)
    assert row["captive_fee_10_cny_per_t"] == pytest.approx(10 * mwh * row["captive_share"])
    power = row["carbon_100_scope_1_2_cny_per_t"] - row["carbon_100_direct_cny_per_t"]
    assert power == pytest.approx(100 * 0.866 * mwh)
    coal = 655 / 1.13 * 0.3 / (5500 / 7000)
    assert row["coal_10_percent_cny_per_t"] == pytest.approx(0.1 * coal * mwh)
    assert row["tier_surcharge_cny_per_t"] == 0


def test_the_ladder_meets_a_smelter_above_its_threshold(data):
    rows = [r for r in cost_curve(data).table.records() if r["ac_kwh_per_t"] > 13_700]
    owner = rows[0]["owner"]
    listed = {r["site"]: r for r in owner_view(data, owner, ladder="2022").records()}
    assert listed[rows[0]["site"]]["tier_surcharge_cny_per_t"] > 0
    assert all(r["tier_surcharge_cny_per_t"] == 0 for r in owner_view(data, owner).records())


def test_a_contract_moves_cost_and_rank(data):
    plain = {row["site"]: row for row in owner_view(data, OWNER).records()}
    with_vat = {"price_cny_per_mwh": 339.0, "vat": "included"}
    without = {"price_cny_per_mwh": 300.0, "vat": "excluded"}
    first, second = (list(owner_view(data, OWNER, contract).records()) for contract in (with_vat, without))
    for a, b in zip(first, second, strict=True):
        assert a["full_cost_cny_per_t"] == pytest.approx(b["full_cost_cny_per_t"])
        old = plain[a["site"]]
        change = a["ac_kwh_per_t"] / 1000 * (339.0 - old["power_price_cny_per_mwh"])
        assert a["full_cost_cny_per_t"] - old["full_cost_cny_per_t"] == pytest.approx(change)
        assert a["profit_cny_per_t"] - old["profit_cny_per_t"] == pytest.approx(-change)
        assert a["rank"] < old["rank"]


def test_unknown_owner_and_ladder(data):
    with pytest.raises(UsageError, match="did you mean China Hongqiao"):
        owner_view(data, "Hongqiao")
    with pytest.raises(UsageError, match="no such ladder"):
        owner_view(data, OWNER, ladder="1999")
