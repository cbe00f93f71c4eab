"""`python -m alopt` is `alopt`."""

from alopt.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
