"""The small case as a folder of inputs."""

from __future__ import annotations

from pathlib import Path

from worlds import World

from . import small_case as c


def inputs(folder: Path) -> Path:
    """Write the case as a folder of inputs with a scenario called baseline."""
    world = World()
    for name in (
        "regions", "grid_factors", "sites", "fleet", "markets", "demand_steps", "refineries", "cells",
        "cell_classes", "cell_values", "refinery_values", "power_sources", "power_prices",
    ):  # fmt: skip
        world.remove(name)
    _places_and_cells(world)
    _power(world)
    _materials(world)
    _metal(world)
    _single_values(world)
    world.quota(**c.QUOTA)
    world.scenario(
        years=list(c.YEARS),
        last_period_years=c.LAST_PERIOD,
        base_year=c.BASE_YEAR,
        discount_rate=c.RATE,
        policies={
            "capacity_cap": {"cap_mt_per_a": c.CAP},
            "capacity_replacement": {"ratio": c.RATIO},
            "carbon_price": {
                "price_cny_per_t": c.CARBON_PRICE,
                "scope": "smelter_scope_1_2",
                "benchmark_t_per_t": c.BENCHMARK,
            },
        },
    )
    return world.write(folder)


def _places_and_cells(world: World) -> None:
    for region, factor in (("north", 0.71), ("south", 0.23)):
        world.region(region, *c.PLACE[region], port=region == "south", grid=factor)
    for name, values in c.CLASSES.items():
        word = {"class": name}
        world.add("cell_classes", **word, name=name, designer="none named", current_ka=400)
        world.quantities("cell_values", "class", name, values)
        world.add("cells", cell=name, **word, stage="base", new_build=name == "big", earliest_year=2000)
    world.measure("package", **c.PACKAGE)
    world.state("pot_package", "pot", "package")
    world.retrofit("pot", "pot_package", "package", gain=c.GAIN)
    for step, (share, multiplier) in c.SPREAD.items():
        world.add("capex_spread", step=step, share=share, multiplier=multiplier)
    for (site, cell), capacity in c.FLEET.items():
        world.smelter(site, c.SITES[site], capacity, cell)
    world.newcomer("new_south", "south")


def _power(world: World) -> None:
    world.slices(*((q, q, c.MONTHS[q], share) for q, share in c.SEASONS.items()))
    kinds = {"grid_north": "existing", "grid_south": "existing", "hydro": "any", "new_grid": "newcomer"}
    for source, (prices, volume, factor, sites) in c.POWER.items():
        world.power(
            c.SITES[sites[0]],
            {c.MONTHS[q]: price for q, price in prices.items()},
            source,
            kind=kinds[source],
            factor="grid" if factor else "zero",
            volume=None if volume is None else {c.MONTHS[q]: twh for q, twh in volume.items()},
        )


def _materials(world: World) -> None:
    for key, region in (("works", "north"), ("port", "south")):
        cost, capacity = c.REFINERIES[key]
        world.refinery(key, region, cost=cost, capacity=capacity, place=c.PLACE[key], port=key == "port")
    for origin, (price, volume, ratio) in c.ORE.items():
        world.ore(origin, price=price, volume=volume, yields={"works": ratio})
        row = next(row for row in world.tables["bauxite"] if row["origin"] == origin)
        row["latitude_deg"], row["longitude_deg"] = map(str, c.PLACE[origin])
    refinery, site, volume = c.CONVEYED
    world.add("co_located", refinery=refinery, site=site, volume_mt_per_a=volume)
    for material, (handling, rate) in c.FREIGHT.items():
        world.freight(material, handling=handling, rate=rate)
    quantities = ("cost_cny_per_t", "credit_cny_per_t", "share_limit")
    for route, values in c.ROUTES.items():
        for quantity, value in zip(quantities, values, strict=True):
            world.add("spent_potlining", route=route, quantity=quantity, value=value)


def _metal(world: World) -> None:
    world.demand(c.DEMAND)
    for year, amount in c.RECYCLED.items():
        world.add("recycled", path="central", year=year, recycled_mt=amount)
    segments = {"river": ("north", "liquid"), "harbour": ("south", "ingot")}
    for market, (region, segment) in segments.items():
        world.add("markets", market=market, region=region, segment=segment, demand_share=c.SHARE[market])
    tables = {"demand_steps": c.DEMAND_STEPS, "import_steps": c.IMPORT_STEPS, "export_steps": c.EXPORT_STEPS}
    for table, steps in tables.items():
        for step, (amount, price) in steps.items():
            world.step(table, step, price, amount)


def _single_values(world: World) -> None:
    world.parameters(
        rectifier_efficiency=c.RECTIFIER,
        auxiliary_kwh_per_t=c.AUXILIARY_KWH,
        availability=c.AVAILABILITY,
        alumina_t_per_t=c.ALUMINA_PER_T,
        anode_price_cny_per_t=c.ANODE,
        anode_baking_emission_t_per_t_anode=c.BAKING_PER_ANODE,
        fluoride_cny_per_t=c.FLUORIDE,
        wage_cny_per_a=c.WAGE,
        overhead_cny_per_t_a=c.OVERHEAD,
        sustaining_capex_cny_per_t_a=c.SUSTAINING,
        closure_cost_cny_per_t_a=c.CLOSURE,
        restart_cost_cny_per_t_a=c.RESTART,
        new_build_life_a=c.NEW_LIFE,
        cell_life_a=c.CELL_LIFE,
        spent_potlining_kg_per_t=1000.0 * c.POTLINING_PER_T,
        casting_cost_cny_per_t=c.CASTING,
        retrofit_works_cny_per_t_a=c.WORKS,
        quota_transfer_cost_cny_per_t_a=c.QUOTA_FEE,
        circuity=c.CIRCUITY,
        national_build_rate_mt_per_a=c.NATIONAL_RATE,
        regional_build_rate_mt_per_a=c.REGIONAL_RATE,
    )
