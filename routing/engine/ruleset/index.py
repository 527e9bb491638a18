"""Finds the rules that could match a lead by their equality leaves, so that 1,000 rules cost little more than 50."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Index:
    """Filled by `build`; empty means: look at every rule."""
