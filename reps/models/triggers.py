"""The statement triggers that raise the roster's version: a change that committed is obeyed by every decision after."""

import pgtrigger


def bumps_roster_when(column: str) -> pgtrigger.Trigger:
    """The same for one column of a table that changes often for other reasons."""
    return pgtrigger.Trigger(
        name=f"bump_roster_on_{column}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf(column),
        func="UPDATE reps_rosterversion SET n = n + 1; RETURN NULL;",
    )


def bumps_roster() -> list[pgtrigger.Trigger]:
    """Triggers for one table of the roster.

    All divisions are raised, not only the row's own: a rise too many costs one reload of a cache, a rise too few would
    let a decision use a roster that is no longer true.
    """
    return [
        pgtrigger.Trigger(
            name=f"bump_roster_on_{operation}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=kind,
            func="UPDATE reps_rosterversion SET n = n + 1; RETURN NULL;",
        )
        for operation, kind in (
            ("insert", pgtrigger.Insert),
            ("update", pgtrigger.Update),
            ("delete", pgtrigger.Delete),
        )
    ]


def ends_endpoints() -> pgtrigger.Trigger:
    """Who may not sign in any more is not told any more either: their endpoints end with the same commit.

    A trigger, so that it holds whoever switches them off: a page, the admin, a command, SQL.
    """
    return pgtrigger.Trigger(
        name="end_endpoints",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("is_active"),
        condition=pgtrigger.Q(new__is_active=False),
        func="UPDATE reps_endpoint SET active = false, sealed = '', ended_at = now() "
        "WHERE user_id = NEW.id AND active; RETURN NULL;",
    )
