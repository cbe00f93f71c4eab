"""A small world in numbers: two regions, three sites, three cell states, two years, two seasons.

The north has an old smelter on grid power, the south an old one and a site for newcomers that
share hydropower. One retrofit leads from the old pot to a package. Alumina comes from a refinery
in the north, which also stands next door to the old smelter, and from a port in the south. Liquid
metal is used in the north, ingot in the south, where imports land too. Quota is one stock per
region, moves at a loss and shrinks in 2030. Carbon is priced above an allocation.

Money is CNY without VAT, masses Mt, power TWh.
"""

from __future__ import annotations

RATE = 0.08
BASE_YEAR = 2024
YEARS = (2025, 2030)
LAST_PERIOD = 5
SEASONS = {"wet": 0.6, "dry": 0.4}
MONTHS = {"wet": "5;6;7;8;9;10", "dry": "11;12;1;2;3;4"}

PLACE = {
    "north": (40.0, 100.0),
    "south": (25.0, 110.0),
    "works": (38.0, 104.0),
    "port": (25.0, 110.0),
    "hill": (37.0, 106.0),
    "vale": (36.0, 103.0),
}

#: Region of each site, and the old fleet in Mt/a.
SITES = {"old_north": "north", "old_south": "south", "new_south": "south"}
FLEET = {("old_north", "pot"): 0.62, ("old_south", "pot"): 0.53}

AVAILABILITY = 0.95
RECTIFIER = 0.98
AUXILIARY_KWH = 230.0
CELL_LIFE = 7.0
NEW_LIFE = 20.0
ALUMINA_PER_T = 1.925
BAKING_PER_ANODE = 0.25
GWP = {"cf4": 6630.0, "c2f6": 11100.0}

#: Class values: V, current efficiency, t/t anode and its CO2, kg/t of gases, people, CNY/t·a.
CLASSES = {
    "pot": {
        "voltage_v": 3.97,
        "current_efficiency": 0.93,
        "anode_t_per_t": 0.48,
        "anode_co2_t_per_t": 1.43,
        "cf4_kg_per_t": 0.08,
        "c2f6_kg_per_t": 0.01,
        "employees_per_kt": 3.1,
        "maintenance_cny_per_t_a": 353.0,
        "swing_share": 0.0,
    },
    "big": {
        "voltage_v": 3.89,
        "current_efficiency": 0.945,
        "anode_t_per_t": 0.47,
        "anode_co2_t_per_t": 1.41,
        "cf4_kg_per_t": 0.03,
        "c2f6_kg_per_t": 0.004,
        "employees_per_kt": 1.7,
        "maintenance_cny_per_t_a": 331.0,
        "swing_share": 0.0,
        "new_capex_cny_per_t_a": 5300.0,
    },
}

#: What the package changes and costs, and the arc that fits it.
PACKAGE = {
    "voltage_change_v": -0.13,
    "pfc_change_share": -0.4,
    "anode_change_t_per_t": -0.007,
    "recurring_capex_cny_per_t_a": 211.0,
    "recurring_life_a": 7.0,
    "durable_capex_cny_per_t_a": 709.0,
    "durable_life_a": 14.0,
}
GAIN = 1.03
#: Cost steps of plants: share and multiplier.
SPREAD = {"cheap": (0.4, 0.7), "dear": (0.6, 1.3)}

#: Price by season (CNY/MWh), volume by season (TWh, none where unlimited), t CO2/MWh, sites.
POWER = {
    "grid_north": ({"wet": 297.0, "dry": 297.0}, None, 0.71, ("old_north",)),
    "grid_south": ({"wet": 389.0, "dry": 431.0}, None, 0.23, ("old_south",)),
    "hydro": ({"wet": 251.0, "dry": 311.0}, {"wet": 3.7, "dry": 1.9}, 0.0, ("old_south", "new_south")),
    "new_grid": ({"wet": 383.0, "dry": 421.0}, {"wet": 0.53, "dry": 0.37}, 0.23, ("new_south",)),
}

REFINERIES = {"works": (907.0, 1.13), "port": (2659.0, 9.0)}
ORE = {"hill": (313.0, 1.31, 2.3), "vale": (487.0, 0.79, 2.1)}
CONVEYED = ("works", "old_north", 0.31)

#: Handling in CNY/t and rate in CNY/t·km by material; railways are so much longer than the arc.
FREIGHT = {"ore": (41.0, 0.103), "alumina": (83.0, 0.151), "ingot": (43.0, 0.107)}
CIRCUITY = 1.3

DEMAND = {2025: 1.21, 2030: 1.37}
RECYCLED = {2025: 0.11, 2030: 0.17}
SHARE = {"river": 0.27, "harbour": 0.73}
DEMAND_STEPS = {"must": (0.9, 30000.0), "soft": (0.1, 15100.0)}
IMPORT_STEPS = {"contract": (0.07, 14100.0), "parity": (0.2, 16900.0)}
EXPORT_STEPS = {"abroad": (0.15, 11300.0)}

ANODE, FLUORIDE, WAGE = 4003.0, 199.0, 100_000.0
OVERHEAD, SUSTAINING, CLOSURE, RESTART = 307.0, 101.0, 303.0, 607.0
CASTING = 149.0
WORKS, QUOTA_FEE = 37.0, 11.0
POTLINING_PER_T = 0.035
ROUTES = {"burn": (2003.0, 0.0, 1.0), "recover": (2503.0, 907.0, 0.37)}

NATIONAL_RATE, REGIONAL_RATE = 0.05, 0.03
QUOTA = {"north": 0.64, "south": 0.58}
CAP = {2025: 1.3, 2030: 1.19}
RATIO = 1.1
CARBON_PRICE, BENCHMARK = 53.0, 7.1
