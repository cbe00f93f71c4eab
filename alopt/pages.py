"""Pages made from code or tables: printed, or written anew where they stand."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path


def page_command(
    module: str, target: Path, page: Callable[[], str], arguments: Sequence[str] | None = None
) -> int:
    """Print a page, or with ``--write`` renew its file.

    Parameters
    ----------
    module : str
        Module that makes the page, as ``alopt.formulation``.
    target : Path
        File of the page.
    page : callable
        Makes the text.
    arguments : sequence of str, optional
        Arguments instead of those of the process.

    Returns
    -------
    int
        0.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=f"Print {target.name}.")
    parser.add_argument("--write", action="store_true", help=f"renew {target.parent.name}/{target.name}")
    if parser.parse_args(arguments).write:
        target.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
    return 0
