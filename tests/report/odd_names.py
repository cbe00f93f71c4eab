"""Names that would do harm where they are not written as text."""

from __future__ import annotations

from worlds import World, plain_world


def strange_world() -> World:
    """Return a world whose names would do harm where they are not written as text."""
    world = plain_world()
    for row in world.tables["regions"]:
        row["name"] = {"north": "<script>alert(1)</script>", "south": "=cmd|'/c calc'!A1"}[row["region"]]
    return world
