"""The admin's pages about routing: rule sets, qualification, groups, reps who leave, leads, and records to read."""

from routing.admin import groups, leads, qualify, records, reps, rule_sets, versions, work_plans

__all__ = ["groups", "leads", "qualify", "records", "reps", "rule_sets", "versions", "work_plans"]
