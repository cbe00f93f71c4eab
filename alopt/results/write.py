"""Writing a run: whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alopt.data.model_data import ModelData
from alopt.errors import SolveError, UsageError
from alopt.results.table import ResultTable
from alopt.staging import staged, staged_files


def write_run(
    folder: Path,
    tables: Mapping[str, ResultTable],
    summary: Mapping[str, Any],
    manifest: Mapping[str, Any],
    data: ModelData,
) -> None:
    """Write a run's files into a folder, replacing an earlier run of the same folder at once.

    The files are written beside the folder and moved into its place when all are there, so a
    killed run leaves the old results or the new, never half; :mod:`alopt.staging`.

    Raises
    ------
    SolveError
        If the folder cannot be written.
    UsageError
        If it holds files that are no run of alopt.
    """
    with result_folder(folder) as place:
        for table in tables.values():
            table.write(place)
        write_json(place / "summary.json", summary)
        write_json(place / "run.json", manifest)
        inputs = place / "inputs"
        inputs.mkdir()
        for name, source in data.tables.items():
            columns = source.schema.columns
            ResultTable(name, columns, [tuple(row[c] for c in columns) for row in source]).write(inputs)


@contextmanager
def result_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to fill that takes the target's place when the block ends well.

    Raises
    ------
    SolveError
        If it cannot be written.
    UsageError
        If the target holds files that are no run of alopt.
    """
    try:
        with staged(folder) as place:
            yield place
    except OSError as error:
        raise SolveError(f"The results could not be written to {folder}: {_reason(error)}.") from None


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


@contextmanager
def model_files(path: Path) -> Iterator[Path]:
    """Give a place for a program's file and its index; both appear when the block ends well.

    Raises
    ------
    SolveError
        If they cannot be written.
    """
    try:
        with staged_files(path.parent) as place:
            yield place / path.name
    except OSError as error:
        raise SolveError(f"The model could not be written to {path}: {_reason(error)}.") from None


#: All that a run without results leaves; a folder that holds more has results of an earlier run.
NOTES = frozenset({"run.json", "diagnosis.txt", "diagnosis.json"})


def write_stopped(
    folder: Path, manifest: Mapping[str, Any], diagnosis: tuple[str, Mapping[str, Any]] | None = None
) -> None:
    """Leave `run.json` of a run without results; those of an earlier run stay as they are.

    Parameters
    ----------
    folder : Path
    manifest : mapping
    diagnosis : (str, mapping), optional
        Of an infeasible or unbounded scenario, as text and as data: `diagnosis.txt` and
        `diagnosis.json`.
    """
    if folder.exists() and (not folder.is_dir() or {path.name for path in folder.iterdir()} - NOTES):
        return
    try:
        with staged(folder) as place:
            write_json(place / "run.json", manifest)
            if diagnosis is not None:
                (place / "diagnosis.txt").write_text(diagnosis[0] + "\n", encoding="utf-8")
                write_json(place / "diagnosis.json", diagnosis[1])
    except (OSError, UsageError):
        return  # the message of the failure itself matters more


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON with floats at 12 significant digits and keys as given."""
    text = json.dumps(_rounded(content), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, Mapping):
        return {str(key): _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return value


def input_hashes(inputs: Path) -> dict[str, str]:
    """SHA-256 of every file of the inputs, by its path within the folder."""
    return {
        path.relative_to(inputs).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(inputs.rglob("*"))
        if path.is_file() and path.suffix in {".csv", ".json", ".yaml"}
    }
