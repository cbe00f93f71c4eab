"""Rules of price files: each broken file fails with its message."""

import pytest

import alopt
from alopt.analysis.cost_curve import cost_curve
from alopt.errors import InputError, Problem

FILE = "prices/month.yaml"
GOOD = {
    "month": "2030-01", "vat": "excluded", "alumina_cny_per_t": 2500, "anode_cny_per_t": 4000,
    "metal_cny_per_t": 20000,
}  # fmt: skip
KEYS = (
    "The keys are month, vat, alumina_cny_per_t, anode_cny_per_t, metal_cny_per_t, power_cny_per_mwh, "
    "coal_multiplier, provenance, published."
)
PLAIN, EITHER = "Write a plain number.", "Write a plain number, or one by region."


def problems(inputs, **changes) -> list[Problem]:
    content = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    folder = inputs.folder / "prices"
    folder.mkdir(exist_ok=True)
    import yaml

    (folder / "month.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return inputs.problems(settings={"market_prices": "month"})


def test_a_good_file_passes(inputs):
    assert problems(inputs) == []
    assert problems(inputs, published={"mean_cny_per_t": 16000, "source": "x"}, provenance={}) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"alumina": 3}, (None, "alumina", None, "no such key", KEYS)),
        ({"anode_cny_per_t": None}, (None, "anode_cny_per_t", None, "the key is missing", "Give it.")),
        (
            {"vat": "yes, please"},
            (None, "vat", "yes, please", "is not one of the allowed words", "Write included or excluded."),
        ),
        ({"anode_cny_per_t": "4k"}, (None, "anode_cny_per_t", "4k", "is no number", PLAIN)),
        ({"alumina_cny_per_t": True}, (None, "alumina_cny_per_t", "True", "is no number", EITHER)),
        ({"metal_cny_per_t": {"north": 1}}, (None, "metal_cny_per_t", "{'north': 1}", "is no number", PLAIN)),
        (
            {"metal_cny_per_t": -1},
            (None, "metal_cny_per_t", "-1", "must be above zero", "Give a price above zero."),
        ),
        (
            {"coal_multiplier": float("inf")},
            (None, "coal_multiplier", "inf", "must be above zero", "Give a price above zero."),
        ),
        (
            {"power_cny_per_mwh": {"atlantis": 300}},
            (None, "power_cny_per_mwh", "atlantis", "no such region", "Use north, south."),
        ),
        (
            {"power_cny_per_mwh": {"north": "x"}},
            (None, "power_cny_per_mwh.north", "x", "is no number", PLAIN),
        ),
        ({"published": [1]}, (None, "published", "[1]", "must be a mapping", "Write `key: value` lines.")),
        (
            {"published": {"median": 1}},
            (
                None, "published.median", None, "no such key",
                "The keys are mean_cny_per_t, lowest_cny_per_t, highest_cny_per_t, source.",
            ),
        ),
    ],
)  # fmt: skip
def test_a_broken_file(inputs, changes, problem):
    assert problems(inputs, **changes) == [Problem(FILE, *problem)]


def test_a_month_that_is_not_there(inputs):
    problems(inputs)
    mend = "There are example, month; or name a YAML file."
    assert inputs.problems(settings={"market_prices": "2031-01"}) == [
        Problem("prices/2031-01.yaml", None, None, None, "no such prices", mend)
    ]


def test_a_world_without_prices(smallest):
    missing = [p for p in smallest.problems(settings={"market_prices": "2031-01"}) if "prices" in p.file]
    rule, mend = "no such prices", "Name a YAML file."
    assert missing == [Problem("prices/2031-01.yaml", None, None, None, rule, mend)]


def test_a_curve_needs_every_rate(inputs):
    problems(inputs)
    inputs.remove("vat_rates", {"component": "freight"})
    inputs.remove("vat_rates", {"component": "metal"})
    data = alopt.load(inputs.folder, settings={"market_prices": "month"})
    with pytest.raises(InputError) as caught:
        cost_curve(data)
    rule, mend = "the rate of this component is missing, which the cost curve adds", "Add its row."
    assert caught.value.problems == [
        Problem("tables/vat_rates.csv", None, "component", component, rule, mend)
        for component in ("freight", "metal")
    ]


def test_prices_that_leave_a_smelter_out(inputs):
    assert problems(inputs, power_cny_per_mwh={"north": 300}) == []
    data = alopt.load(inputs.folder, settings={"market_prices": "month"})
    with pytest.raises(InputError) as caught:
        cost_curve(data)
    rule = "no price for south, where smelters stand"
    assert caught.value.problems == [
        Problem("prices of 2030-01", None, "power_cny_per_mwh", None, rule, "Give it.")
    ]
