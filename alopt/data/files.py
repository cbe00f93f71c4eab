"""Reading files that people edit: plain files of a sane size in UTF-8, and nothing else."""

from __future__ import annotations

from pathlib import Path

#: No table or dictionary is larger.
MOST_BYTES = 100_000_000


def read_text(path: Path, most: int = MOST_BYTES) -> tuple[str, tuple[str, str] | None]:
    """Read a text file; a pipe, a device or a folder in its place is refused, never waited for.

    Parameters
    ----------
    path : Path
        File, or a link to one.
    most : int
        Largest size in bytes.

    Returns
    -------
    text : str
        Content without a byte order mark.
    fault : (rule, mend) or None
        What is wrong, if it cannot be read.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            return "", ("is no plain file", "Put a file in its place.")
        if size > most:
            return "", (f"is larger than {most} bytes", "Shorten it.")
        return path.read_bytes().decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        return "", (f"is not UTF-8 ({error.reason})", "Save the file as UTF-8.")
    except OSError as error:
        return "", (f"cannot be read ({error.strerror})", "Name a file that exists.")
    except ValueError:  # a NUL or half a character in the name
        return "", ("has a name that no file can have", "Name a file that exists.")
