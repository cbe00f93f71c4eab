"""A small world whose every number names the term it stands for.

Sites are trees: oak and ash are standing smelters whose power changes with the seasons, fir and gum
are two whose power does not, elm and yew are newcomers. Each equation meets a site that is not there
yet: a decided move brings ash its capacity in 2029 and gum in 2034, and yew can be built on from
2029. Ash has nothing to rebuild into before 2034, gum no state with a rent. The cold and the wet
season have one slice, the dry season has two.

Amounts are odd primes (or odd primes over a power of ten), distinct within each table. They need
not make a sensible industry: nothing here is solved.
"""

from __future__ import annotations

from dataclasses import replace

from alopt.data.calendar import build_calendar
from alopt.data.captive import Pool
from alopt.data.cells import Arc
from alopt.data.fleet import Fleet, Site
from alopt.data.markets import Market, Markets, Step
from alopt.data.materials import Materials, Refinery
from alopt.data.tables import Table
from alopt.policies import capacity_cap, capacity_replacement, carbon_price, emission_cap

from .linear import v


def numbered(keys, first, scale=1.0):
    """Give each key a prime of its own, rising from a first."""

    def primes():
        number = first
        while True:
            if all(number % divisor for divisor in range(2, int(number**0.5) + 1)):
                yield number
            number += 1

    return {key: prime * scale for key, prime in zip(keys, primes(), strict=False)}


# --- time -------------------------------------------------------------------------------------

BASE, YEARS, END, RATE = 2024, (2027, 2029, 2034), 2041, 0.1
ELAPSED = {2027: 3, 2029: 2, 2034: 5}
REPRESENTED = {2027: 2, 2029: 5, 2034: 7}
DISCOUNT = {y: 1.1 ** -(y - 2024) for y in YEARS}
WEIGHT = {
    2027: 1.1**-3 + 1.1**-4,
    2029: 1.1**-5 + 1.1**-6 + 1.1**-7 + 1.1**-8 + 1.1**-9,
    2034: 1.1**-10 + 1.1**-11 + 1.1**-12 + 1.1**-13 + 1.1**-14 + 1.1**-15 + 1.1**-16,
}

#: Slice: season, months, share of the year.
SLICES = {
    "frost": ("cold", "1;2", 0.11),
    "rain": ("wet", "5;6;7;8;9", 0.19),
    "day": ("dry", "10;11;12;3;4", 0.29),
    "night": ("dry", "10;11;12;3;4", 0.41),
}
SHARE = {h: share for h, (_, _, share) in SLICES.items()}

# --- cells ------------------------------------------------------------------------------------

#: AC kWh/t, anode t/t, anode CO2 t/t, CF4 g/t, C2F6 g/t, people per kt, maintenance, swing,
#: variable cost, rent, new-build capex.
CELLS = {
    "bare": (13001, 0.41, 1.31, 31, 3, 3, 307, 0.00, 0, 0, None),
    "lined": (13003, 0.43, 1.37, 37, 5, 5, 311, 0.03, 0, 61, None),
    "keen": (13007, 0.47, 1.39, 41, 7, 7, 313, 0.05, 53, 67, 8009),
    "great": (13009, 0.53, 1.49, 43, 11, 11, 317, 0.07, 0, 0, 8011),
    "peak": (13033, 0.59, 1.51, 47, 13, 13, 331, 0.11, 59, 71, None),
}
AC, ANODE, ANODE_CO2, CF4, C2F6, PEOPLE, MAINTENANCE, SWING, VARIABLE, RENT, NEW_CAPEX = (
    {k: values[n] for k, values in CELLS.items()} for n in range(11)
)
PFC = {k: CF4[k] / 1e6 * 6637 + C2F6[k] / 1e6 * 11113 for k in CELLS}

#: Step: kind, gain, earliest year, (capex, life) of what it pays once.
ARCS = {
    ("bare", "lined"): ("relining", 1.0, 2020, ()),
    ("lined", "keen"): ("relining", 1.03, 2029, ((503, 9),)),
    ("great", "keen"): ("relining", 1.09, 2020, ()),
    ("keen", "peak"): ("relining", 0.97, 2034, ()),
    ("bare", "great"): ("rebuild", 1.07, 2029, ((4001, 20), (307, 3))),
    ("lined", "great"): ("rebuild", 1.0, 2034, ((4003, 20),)),
}

# --- sites ------------------------------------------------------------------------------------

#: Site: region, kind, delivery point.
SITES = {
    "ash": ("east", "existing", "halt"),
    "elm": ("north", "newcomer", "junction"),
    "fir": ("south", "existing", "quay"),
    "gum": ("east", "existing", "halt"),
    "oak": ("north", "existing", "junction"),
    "yew": ("south", "newcomer", "lane"),
}
REGION = {i: region for i, (region, _, _) in SITES.items()}
POINT = {i: point for i, (_, _, point) in SITES.items()}
ALL_YEAR = ("elm", "fir", "gum")

#: State at a site: first year in which it can stand there.
FIRST = {
    ("ash", "bare"): 2029,
    ("ash", "great"): 2034,
    ("ash", "lined"): 2029,
    ("elm", "great"): 2027,
    ("elm", "keen"): 2027,
    ("fir", "great"): 2034,
    ("fir", "keen"): 2029,
    ("fir", "lined"): 2027,
    ("gum", "great"): 2034,
    ("oak", "bare"): 2027,
    ("oak", "great"): 2029,
    ("oak", "keen"): 2029,
    ("oak", "lined"): 2027,
    ("yew", "great"): 2029,
    ("yew", "keen"): 2029,
    ("yew", "peak"): 2034,
}
STEPS = (
    ("ash", "bare", "great"),
    ("ash", "bare", "lined"),
    ("ash", "lined", "great"),
    ("elm", "great", "keen"),
    ("fir", "great", "keen"),
    ("fir", "lined", "great"),
    ("fir", "lined", "keen"),
    ("oak", "bare", "great"),
    ("oak", "bare", "lined"),
    ("oak", "great", "keen"),
    ("oak", "lined", "great"),
    ("oak", "lined", "keen"),
    ("yew", "great", "keen"),
    ("yew", "keen", "peak"),
)
NEW_BUILD = (("elm", "great"), ("yew", "great"), ("yew", "keen"))
FLEET = Fleet(
    sites={i: Site(i, i, "owner", region, kind, 0.0, 0.0) for i, (region, kind, _) in SITES.items()},
    site_of={i: i for i in SITES},
    start={("oak", "bare"): 13.0, ("oak", "lined"): 17.0, ("fir", "lined"): 19.0},
    arriving={
        ("ash", "bare", 2029): 7.0,
        ("elm", "great", 2027): 11.0,
        ("gum", "great", 2034): 1.9,
        ("oak", "lined", 2034): 1.3,
    },
    departing={("oak", "bare", 2029): 3.0, ("fir", "lined", 2027): 5.0},
    quota_moves={("north", 2027): 31.0, ("south", 2027): -37.0, ("east", 2029): 29.0, ("north", 2029): -23.0},
    site_cells=FIRST,
    new_build=NEW_BUILD,
    site_arcs=STEPS,
    closures={
        ("ash", "bare", 2029): 0.7,
        ("oak", "bare", 2027): 0.5,
        ("oak", "bare", 2029): 2.9,
        ("oak", "bare", 2034): 5.3,
        ("oak", "great", 2034): 1.1,
        ("fir", "lined", 2034): 23.0,
        ("yew", "keen", 2034): 0.3,
    },
    registered_quota={"north": 41.0, "south": 43.0, "west": 5.0},
    quota_issues={("south", 2029): 3.0, ("east", 2034): 7.0},
)

# --- power ------------------------------------------------------------------------------------

SOURCES = {
    "ash": ("hydro", "grid"),
    "elm": ("grid", "contract"),
    "fir": ("grid",),
    "gum": ("grid",),
    "oak": ("captive", "hydro"),
    "yew": ("grid", "lake"),
}
POOLS = {
    "dam": ("north", "hydro", (("ash", "hydro"), ("oak", "hydro"))),
    "deal": ("north", "contract", (("elm", "contract"),)),
    "pond": ("south", "lake", (("yew", "lake"),)),
    "station": ("north", "captive", (("oak", "captive"),)),
}
DRAWN = [(i, e) for i, sources in SOURCES.items() for e in sources]
PRICE = numbered([(i, e, h) for i, e in DRAWN for h in (*SLICES, "year")], 307)
FACTOR = numbered([(i, e, y) for i, e in DRAWN for y in YEARS], 101, 0.001)
VOLUME = numbered([(p, y, h) for p in POOLS for y in YEARS for h in (*SLICES, "year")], 211, 0.1)
GRID = numbered([(r, y) for r in ("north", "south", "east") for y in YEARS], 401, 0.001)

# --- materials --------------------------------------------------------------------------------

#: Region, kind, capacity, cost, fuel, electricity, red mud, upstream.
REFINERIES = {
    "bay": ("south", "port", 29.0, 2503.0, 0.61, 0.31, 1.1, 1.3),
    "dale": ("east", "refinery", 31.0, 1009.0, 0.67, 0.37, 1.3, 1.7),
    "hill": ("north", "refinery", 37.0, 1013.0, 0.71, 0.41, 1.7, 1.9),
}
POINTS = ("halt", "junction", "lane", "quay")
ALUMINA_FREIGHT = numbered([(a, p) for a in REFINERIES for p in POINTS], 53)
ALUMINA_FREIGHT_FACTOR = numbered([(a, p) for a in REFINERIES for p in POINTS], 11, 0.001)
CONVEYED = {("hill", "junction"): 2.3, ("dale", "halt"): 2.9}
ORE_YIELD = {("pit", "hill"): 2.3, ("mine", "hill"): 2.9, ("mine", "dale"): 3.1}
ORE_COST = {("pit", "hill"): 431.0, ("mine", "hill"): 433.0, ("mine", "dale"): 439.0}
ORE_FACTOR = {("pit", "hill"): 0.011, ("mine", "hill"): 0.013, ("mine", "dale"): 0.017}
ORE_VOLUME = {"pit": 59.0, "mine": 61.0}
ORE_SHARE = {"pit": 0.43}
ROUTES = {"oven": (2003.0, 1.0), "store": (1409.0, 0.31)}

# --- markets ----------------------------------------------------------------------------------

#: Market: region, segment, share. East has liquid only, west no smelters.
MARKETS = {
    "east_liquid": ("east", "liquid", 0.23),
    "north_ingot": ("north", "ingot", 0.13),
    "north_liquid": ("north", "liquid", 0.17),
    "south_ingot": ("south", "ingot", 0.29),
    "west_ingot": ("west", "ingot", 0.11),
    "west_liquid": ("west", "liquid", 0.07),
}
INGOT = ("north_ingot", "south_ingot", "west_ingot")
DEMAND = {2027: 61.0, 2029: 67.0, 2034: 71.0}
RECYCLED = {2027: 7.0, 2029: 11.0, 2034: 13.0}
#: Step: share or volume, price.
DEMAND_STEPS = {"must": (0.61, 30011.0), "may": (0.39, 19997.0)}
IMPORT_STEPS = {"treaty": (1.3, 15013.0), "spot": (17.0, 18013.0)}
EXPORT_STEPS = {"near": (1.9, 16007.0), "far": (3.7, 14009.0)}
METAL_FREIGHT = numbered([(r, d) for r in ("north", "south", "east") for d in INGOT], 103)
METAL_FREIGHT_FACTOR = numbered([(r, d) for r in ("north", "south", "east") for d in INGOT], 37, 0.001)
EXPORT_FREIGHT = {"north": 83.0, "south": 89.0, "east": 97.0}
LANDING = ("south_ingot", "west_ingot")

# --- single values ----------------------------------------------------------------------------

SPREAD = {"low": (0.2, 0.7), "mid": (0.5, 1.1), "high": (0.3, 1.3)}
PARAMETERS = {
    "availability": 0.97,
    "alumina_t_per_t": 1.93,
    "anode_price_cny_per_t": 4007.0,
    "anode_baking_emission_t_per_t_anode": 0.29,
    "fluoride_cny_per_t": 211.0,
    "wage_cny_per_a": 100003.0,
    "overhead_cny_per_t_a": 293.0,
    "sustaining_capex_cny_per_t_a": 109.0,
    "closure_cost_cny_per_t_a": 337.0,
    "restart_cost_cny_per_t_a": 601.0,
    "retrofit_works_cny_per_t_a": 47.0,
    "quota_transfer_cost_cny_per_t_a": 59.0,
    "new_build_life_a": 5.0,
    "cell_life_a": 6.0,
    "spent_potlining_kg_per_t": 37.0,
    "casting_cost_cny_per_t": 151.0,
    "remelting_cost_cny_per_t": 113.0,
    "primary_import_emission_t_per_t": 11.3,
    "national_build_rate_mt_per_a": 2.3,
    "regional_build_rate_mt_per_a": 1.7,
}

POLICIES = {
    "capacity_cap": capacity_cap.Settings(cap={2027: 91.0, 2029: 91.0, 2034: 99.0}),
    "capacity_replacement": capacity_replacement.Settings(
        base_ratio=1.3,
        pairs={("south", "north"): 1.7},
        no_inflow=("west",),
        no_outflow=("north",),
        no_reuse=("north",),
    ),
    "carbon_price": carbon_price.Settings(
        price={2027: 0.0, 2029: 101.0, 2034: 103.0},
        scope="smelter_scope_1_2",
        benchmark={2027: 1.3, 2029: 1.1, 2034: 0.0},
    ),
    "emission_cap": emission_cap.Settings(
        limit={2027: 223.0, 2029: 227.0, 2034: 229.0},
        budget=1009.0,
        boundary="electrolysis",
        regional={
            "east": {2027: 23.0, 2029: 29.0, 2034: 31.0},
            "south": {2027: 37.0, 2029: 41.0, 2034: 43.0},
        },
    ),
}


def build_world(minimal):
    """Replace every part of the smallest inputs by the numbers above."""
    scenario = replace(
        minimal.scenario,
        name="small world",
        years=YEARS,
        base_year=BASE,
        last_period_years=7,
        discount_rate=RATE,
        slices="seasons",
    )
    rows = [
        {"slice_set": "seasons", "slice": h, "season": season, "months": months, "share": share}
        for h, (season, months, share) in SLICES.items()
    ]
    calendar, problems = build_calendar(scenario, Table(minimal.tables["slices"].schema, rows))
    assert not problems
    return replace(
        minimal,
        scenario=scenario,
        calendar=calendar,
        cells={k: _cell(minimal.cells["pot"], k) for k in CELLS},
        arcs={
            (j, k): Arc(j, k, kind, gain, earliest, charges)
            for (j, k), (kind, gain, earliest, charges) in ARCS.items()
        },
        fleet=FLEET,
        power=_power(minimal.power),
        materials=_materials(),
        markets=_markets(),
        parameters=PARAMETERS,
        gwp={"co2": 1.0, "cf4": 6637.0, "c2f6": 11113.0},
        capex_spread=tuple((step, share, multiplier) for step, (share, multiplier) in SPREAD.items()),
        spent_potlining=ROUTES,
        policies=POLICIES,
    )


def _cell(pot, k):
    return replace(
        pot,
        key=k,
        new_build=NEW_CAPEX[k] is not None,
        ac=float(AC[k]),
        anode=ANODE[k],
        anode_co2=ANODE_CO2[k],
        cf4=CF4[k] / 1e6,
        c2f6=C2F6[k] / 1e6,
        employees_per_kt=PEOPLE[k],
        maintenance=MAINTENANCE[k],
        swing=SWING[k],
        variable_cost=VARIABLE[k],
        rent=RENT[k],
        new_capex=NEW_CAPEX[k],
    )


def _power(power):
    return replace(
        power,
        sources=SOURCES,
        price=PRICE,
        emission_factor=FACTOR,
        renewable_share={},
        coal_share={},
        pools={
            p: Pool(p, r, e, members, {(y, h): VOLUME[p, y, h] for y in YEARS for h in (*SLICES, "year")}, {})
            for p, (r, e, members) in POOLS.items()
        },
        grid_factor=GRID,
        seasons_of={i: ("year",) if i in ALL_YEAR else ("cold", "wet", "dry") for i in SITES},
        slices_of={i: ("year",) if i in ALL_YEAR else tuple(SLICES) for i in SITES},
    )


def _materials():
    return Materials(
        point_of=POINT,
        refineries={a: Refinery(a, *values) for a, values in REFINERIES.items()},
        alumina_freight=ALUMINA_FREIGHT,
        alumina_freight_emission=ALUMINA_FREIGHT_FACTOR,
        conveyed_limit=CONVEYED,
        ore_cost=ORE_COST,
        ore_price={},
        ore_emission=ORE_FACTOR,
        ore_yield=ORE_YIELD,
        ore_volume=ORE_VOLUME,
        ore_share=ORE_SHARE,
        domestic=frozenset({"pit"}),
    )


def _markets():
    def steps(table):
        return tuple(Step(name, volume, price) for name, (volume, price) in table.items())

    def segment(name):
        return {region: d for d, (region, kind, _) in MARKETS.items() if kind == name}

    return Markets(
        markets={d: Market(d, region, kind, share) for d, (region, kind, share) in MARKETS.items()},
        ingot_market=segment("ingot"),
        liquid_market=segment("liquid"),
        demand=DEMAND,
        recycled=RECYCLED,
        demand_steps=steps(DEMAND_STEPS),
        import_steps=steps(IMPORT_STEPS),
        export_steps=steps(EXPORT_STEPS),
        freight=METAL_FREIGHT,
        freight_emission=METAL_FREIGHT_FACTOR,
        export_freight=EXPORT_FREIGHT,
        import_markets=LANDING,
        balance={},
    )


# --- sums that formulas take over the small world -----------------------------------------------


def states_at(i, y):
    """States that can stand at a site in a year."""
    return [k for (site, k), first in FIRST.items() if site == i and first <= y]


def sites_in(region, y):
    """Sites of a region where anything can stand in a year; all regions' if None."""
    return [i for i in SITES if region in {None, REGION[i]} and states_at(i, y)]


def slices_of(i):
    """Slices in which a site decides."""
    return ("year",) if i in ALL_YEAR else tuple(SLICES)


def seasons_of(i):
    """Seasons in which a site decides."""
    return ("year",) if i in ALL_YEAR else ("cold", "wet", "dry")


def made(i, k, y, h):
    """Output of a slice: decided in the dry season's two slices, elsewhere share times what runs."""
    if h in {"day", "night"}:
        return v.swung_production[i, k, y, h]
    if h == "year":
        return 1.0 * v.running[i, k, y, "year"]
    return SHARE[h] * v.running[i, k, y, {"frost": "cold", "rain": "wet"}[h]]


def output(i, y):
    """Metal that a site makes in a year."""
    return sum(made(i, k, y, h) for k in states_at(i, y) for h in slices_of(i))


def running_at(i, y, q):
    """Capacity that runs at a site in a season."""
    return sum(v.running[i, k, y, q] for k in states_at(i, y))
