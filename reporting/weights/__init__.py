"""Weights by output: settled for a group, proposed when due, applied by a manager, measured, and taken back."""

from reporting.weights.acts import StaleError, apply, dismiss, fall_back, undo
from reporting.weights.daily import FALSE_STOPS, LEAST_EVEN, LEAST_LEADS, LEAST_RESULTS, LOOKS, look, watch_daily
from reporting.weights.measured import Measured, measure
from reporting.weights.plans import Terms, WeightsError, plan_of, settle, shares_by_weight
from reporting.weights.propose import Expected, expected_leads, propose

__all__ = [
    "FALSE_STOPS",
    "LEAST_EVEN",
    "LEAST_LEADS",
    "LEAST_RESULTS",
    "LOOKS",
    "Expected",
    "Measured",
    "StaleError",
    "Terms",
    "WeightsError",
    "apply",
    "dismiss",
    "expected_leads",
    "fall_back",
    "look",
    "measure",
    "plan_of",
    "propose",
    "settle",
    "shares_by_weight",
    "undo",
    "watch_daily",
]
