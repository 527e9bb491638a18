"""The admin's pages about routing: rule sets and versions, groups, reps who leave, leads, and records to read."""

from routing.admin import groups, leads, records, reps, rule_sets, versions

__all__ = ["groups", "leads", "records", "reps", "rule_sets", "versions"]
