"""The admin's pages about people: users, reps with shifts, groups with members, territories."""

from reps.admin import endpoints, groups, reps, territories, users

__all__ = ["endpoints", "groups", "reps", "territories", "users"]
