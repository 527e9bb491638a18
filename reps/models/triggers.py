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


def signs_out() -> pgtrigger.Trigger:
    """The sessions of who is switched off are over, and stay so when they are switched on again."""
    return pgtrigger.Trigger(
        name="sign_out",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("is_active"),
        condition=pgtrigger.Q(old__is_active=True, new__is_active=False),
        func="NEW.sign_out_n = OLD.sign_out_n + 1; RETURN NEW;",
    )


def ends_access() -> pgtrigger.Trigger:
    """What else opens something in their name ends with the same commit: sessions, their hand in Slack, calendars.

    The keys of the API are ended likewise by leads; open invitations they sent are withdrawn.
    """
    return pgtrigger.Trigger(
        name="end_access",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("is_active"),
        condition=pgtrigger.Q(new__is_active=False),
        func="""
            DELETE FROM django_session WHERE session_key IN
                (SELECT session_key FROM usersessions_usersession WHERE user_id = NEW.id);
            DELETE FROM usersessions_usersession WHERE user_id = NEW.id;
            UPDATE reps_listener SET slack_team = '', slack_member = '', slack_code = '' WHERE user_id = NEW.id;
            UPDATE reps_calendarfeed SET active = false, sealed = ''
                WHERE active AND rep_id IN (SELECT id FROM reps_rep WHERE user_id = NEW.id);
            DELETE FROM reps_calendaraddress WHERE rep_id IN (SELECT id FROM reps_rep WHERE user_id = NEW.id);
            UPDATE reps_invitation SET withdrawn_at = now()
                WHERE by_id = NEW.id AND used_at IS NULL AND withdrawn_at IS NULL;
            RETURN NULL;
        """,
    )
