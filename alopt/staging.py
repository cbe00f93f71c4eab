"""Putting a folder of results in place: whole or not at all, whoever else writes, whenever killed.

A run writes into a hidden folder beside its target, `.NAME.xxxxxxxx.new`, and swaps the two when
all files are there. On Linux the swap is one call of the kernel, so a reader finds the old
results or the new at every moment. Where there is no such call the old folder is renamed to
`.NAME.xxxxxxxx.old` first; a run killed between the two renames leaves both whole, and the next
run to that folder puts the old one back.

Two locks keep runs apart, and the system drops them when a process ends, however it ends: one
on the folder above the target, held for the moments of a swap, so that the last of two runs
wins; and one on the hidden folder while it is filled, so that the next run to the target removes
what killed runs left and nothing else.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alopt.errors import UsageError

try:
    import fcntl
except ImportError:  # Windows: runs are not kept apart, and leftovers stay
    fcntl = None  # type: ignore[assignment]

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def check_out(folder: Path, inputs: Path | None = None, model: Path | None = None) -> None:
    """Refuse a folder that results would spoil or could not replace.

    Parameters
    ----------
    folder : Path
        Target of the results.
    inputs : Path, optional
        Inputs of the run; the target may not lie in them or hold them.
    model : Path, optional
        File of the program; it may not lie in the target, which is replaced whole.

    Raises
    ------
    UsageError
    """
    another = "name another with --out."
    try:
        if folder.is_symlink():
            raise UsageError(f"{folder} is a symbolic link; name the folder itself with --out.")
        standing = next(path for path in (folder, *folder.parents) if path.exists())
        if not standing.is_dir():
            raise UsageError(f"{standing} is no folder; {another}")
        place = Path(os.path.realpath(folder))
        if Path.cwd().is_relative_to(place):
            raise UsageError(f"{folder} holds the folder you stand in; {another}")
        if inputs is not None:
            source = Path(os.path.realpath(inputs))
            if place.is_relative_to(source) or source.is_relative_to(place):
                raise UsageError(f"{folder} lies in the inputs or holds them; {another}")
        if model is not None and Path(os.path.realpath(model)).is_relative_to(place):
            raise UsageError(f"{model} lies in the folder of the results; name another file.")
        if folder.exists() and not os.access(folder, os.W_OK):
            raise UsageError(f"{folder} is read-only; {another}")
        if folder.exists() and any(folder.iterdir()) and not (folder / "run.json").exists():
            raise UsageError(f"{folder} holds files that are no run of alopt; {another}")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{folder} cannot hold results: {reason}; {another}") from None


class staged:  # noqa: N801 - used as a context manager
    """A folder beside the target that takes its place when the block ends without an error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: list[Path] = []

    def __enter__(self) -> Path:
        """Make the folder beside the target, and tidy up after runs that were killed."""
        check_out(self.folder)
        parent = self.folder.parent
        self.made = [p for p in (parent, *parent.parents) if not p.exists()]
        try:
            parent.mkdir(parents=True, exist_ok=True)
            with _locked(parent):
                _tidy(self.folder)
                name = tempfile.mkdtemp(prefix=f".{self.folder.name}.", suffix=".new", dir=parent)
                self.place = Path(name)
                self.lock = _take(self.place)
            self.place.chmod(0o755)
        except OSError:
            self._remove_parents()
            raise
        return self.place

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Swap the folder in, or remove it if anything failed."""
        old = self.place
        try:
            if kind is None:
                with _locked(self.folder.parent):
                    check_out(self.folder)
                    old = _swap(self.place, self.folder)
        except BaseException:
            kind = OSError
            raise
        finally:
            shutil.rmtree(old, ignore_errors=True)
            if kind is not None:
                self._remove_parents()
            if self.lock is not None:
                os.close(self.lock)

    def _remove_parents(self) -> None:
        """Remove the folders above the target that were made for it, unless others use them now."""
        for folder in self.made:
            with suppress(OSError):
                folder.rmdir()


def _swap(place: Path, folder: Path) -> Path:
    """Put a folder into another's place; return where the old one is now, to be removed."""
    if not folder.exists():
        place.rename(folder)
        return place
    if _exchange(place, folder):
        return place
    old = place.with_suffix(".old")
    folder.rename(old)
    try:
        place.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    return old


def _exchange(a: Path, b: Path) -> bool:
    """Exchange two folders in one step, where system and file system can (Linux)."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None
    if rename is None:
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _RENAME_EXCHANGE) == 0)


def _tidy(folder: Path) -> None:
    """Remove what killed runs to this folder left; put its results back if they stand aside."""
    ours = re.compile(rf"\.{re.escape(folder.name)}\.[a-z0-9_]{{8}}\.(new|old)")
    for path in sorted(folder.parent.iterdir(), key=lambda p: p.suffix, reverse=True):  # .old first
        if ours.fullmatch(path.name) is None or path.is_symlink() or (lock := _take(path)) is None:
            continue
        if path.suffix == ".old" and not folder.exists():
            path.rename(folder)
        else:
            shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def _take(folder: Path) -> int | None:
    """Take the lock of a folder without waiting; None where another process holds it."""
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, waiting for it; file systems without locks do without."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def staged_files(folder: Path) -> Iterator[Path]:
    """Give a folder whose files move into another one when the block ends without an error."""
    with tempfile.TemporaryDirectory(prefix=".alopt.", dir=folder) as name:
        yield Path(name)
        for path in sorted(Path(name).iterdir()):
            path.replace(folder / path.name)
