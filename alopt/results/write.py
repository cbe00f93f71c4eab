"""Writing a run: whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alopt.data.model_data import ModelData
from alopt.errors import SolveError
from alopt.results.table import ResultTable


def write_run(
    folder: Path,
    tables: Mapping[str, ResultTable],
    summary: Mapping[str, Any],
    manifest: Mapping[str, Any],
    data: ModelData,
) -> None:
    """Write a run's files into a folder, replacing an earlier run of the same folder at once.

    The files are written beside the folder and moved into its place when all are there, so a
    killed run leaves the old results or the new, never half.

    Raises
    ------
    SolveError
        If the folder cannot be written or holds files that are no run of alopt.
    """
    try:
        with staged(folder) as place:
            for table in tables.values():
                table.write(place)
            write_json(place / "summary.json", summary)
            write_json(place / "run.json", manifest)
            inputs = place / "inputs"
            inputs.mkdir()
            for name, source in data.tables.items():
                columns = source.schema.columns
                ResultTable(name, columns, [tuple(row[c] for c in columns) for row in source]).write(inputs)
    except OSError as error:
        raise SolveError(f"The results could not be written to {folder}: {error.strerror}.") from None


def write_stopped(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Leave `run.json` of a run that stopped or failed a check; results of an earlier run stay."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        return
    try:
        with staged(folder) as place:
            write_json(place / "run.json", manifest)
    except OSError:
        return  # the message of the failure itself matters more


class staged:  # noqa: N801 - used as a context manager
    """A folder beside the target that takes its place when the block ends without an error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Path:
        """Make the folder beside the target."""
        if self.folder.is_symlink() or (self.folder.exists() and not self.folder.is_dir()):
            raise SolveError(f"{self.folder} is no folder; name another with --out.")
        if self.folder.exists() and any(self.folder.iterdir()) and not (self.folder / "run.json").exists():
            raise SolveError(f"{self.folder} holds files that are no run of alopt; name another with --out.")
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        prefix = f".{self.folder.name}."
        self.place = Path(tempfile.mkdtemp(prefix=prefix, dir=self.folder.parent))
        self.place.chmod(0o755)
        return self.place

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Swap the folder in, or remove it if anything failed."""
        if kind is not None:
            shutil.rmtree(self.place, ignore_errors=True)
            return
        old = None
        if self.folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.old.", dir=self.folder.parent))
            self.folder.replace(old / "run")
        self.place.replace(self.folder)
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)


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
