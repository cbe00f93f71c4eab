"""Helpers of all tests stand beside this file: `from worlds import plain_world`."""
