"""Imports of files: kept as rows, tried, worked off in slices, each row exactly once."""
