"""Copying the shipped inputs to edit, or the smallest legal set to start from."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from alopt.data.schema import default_inputs
from alopt.errors import UsageError
from alopt.staging import staged, staged_files


def init(folder: Path | str, *, minimal: bool = False) -> Path:
    """Copy the shipped inputs into a new or empty folder, all of them or none.

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
    if os.path.lexists(target) and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is not empty; name a new folder.")
    above = next((folder for folder in target.parents if folder.exists()), Path())
    if not above.is_dir():
        raise UsageError(f"{target} cannot be written: {above} is a file. Name a new folder.")
    shipped = default_inputs()
    source = shipped / "minimal" if minimal else shipped
    try:
        with staged_files(target) if target.exists() else staged(target) as place:
            _copy(source, place, "" if minimal else "minimal")
            if minimal:
                shutil.copyfile(shipped / "datapackage.json", place / "datapackage.json")
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror or error}.") from None
    return target


def _copy(source: Path, target: Path, left_out: str) -> None:
    """Copy a folder's files into another, but for one folder at its top; the copies can be edited."""
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if name.parts[0] == left_out:
            continue
        if path.is_dir():
            (target / name).mkdir()
        else:
            shutil.copyfile(path, target / name)
