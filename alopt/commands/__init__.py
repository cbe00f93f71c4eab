"""What each command does; the parser is in `alopt.cli`."""
