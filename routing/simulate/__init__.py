"""Simulate: past leads, or a file's, folded by a draft or a version; runs kept as rows, and trials beside live."""

from routing.simulate.asked import AGAINST, ROSTERS, Asked, CancelledError, NotSimulatedError
from routing.simulate.cases import Case, file_cases
from routing.simulate.result import Result
from routing.simulate.run import simulate, without_period

__all__ = [
    "AGAINST",
    "ROSTERS",
    "Asked",
    "CancelledError",
    "Case",
    "NotSimulatedError",
    "Result",
    "file_cases",
    "simulate",
    "without_period",
]
