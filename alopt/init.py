"""Copying the shipped inputs to edit, or the smallest legal set to start from."""

from __future__ import annotations

import shutil
from pathlib import Path

from alopt.data.schema import default_inputs
from alopt.errors import UsageError


def init(folder: Path | str, *, minimal: bool = False) -> Path:
    """Copy the shipped inputs into a new or empty folder.

    Parameters
    ----------
    folder : path
        Where the inputs go; must not exist, or be empty.
    minimal : bool
        Copy the smallest legal set instead (two regions, one cell, one market), with the page
        on how to build a case of one's own from it.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        If the folder holds files, or cannot be written.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is not empty; name a new folder.")
    shipped = default_inputs()
    try:
        if minimal:
            shutil.copytree(shipped / "minimal", target, dirs_exist_ok=True)
            shutil.copy(shipped / "datapackage.json", target / "datapackage.json")
        else:
            shutil.copytree(shipped, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("minimal"))
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from None
    return target
