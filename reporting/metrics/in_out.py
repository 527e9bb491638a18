"""Leads in and out: a rep's open leads at the beginning, what came, what went, and what is open at the end.

Formula: open at the beginning + in - out = open at the end. In: spells of ownership that began in the period, by how
they came. Out: spells that ended in it, by how they ended; a lead closed while the rep had it went out as won, lost
or unqualified at that instant.

Caveats: a lead that came twice counts twice in and twice out. Moving a closed lead back to an open stage takes its way
out away again. Test leads never count, nor do those merged into another.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from reporting.spells import keep


@dataclass
class InOut:
    """The statement; `came` by Assignment.How, `went` by Assignment.End or the metric of the closing stage."""

    at_start: int = 0
    came: Counter[str] = field(default_factory=Counter)
    went: Counter[str] = field(default_factory=Counter)

    @property
    def at_end(self) -> int:
        """What is left."""
        return self.at_start + self.came.total() - self.went.total()


def in_out(*, rep: int, since: datetime, until: datetime, groups: tuple[int, ...] | None) -> InOut:
    """The rep's statement over the spells of the groups (None: of all) and those without a group."""
    keep.refresh()
    found = InOut()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT starts_at < %(since)s, starts_at >= %(since)s, how, ended_at >= %(since)s AND ended_at < %(until)s,
                CASE WHEN ending <> '' THEN ending ELSE "end" END, count(*)
            FROM reporting_spell
            WHERE rep_id = %(rep)s AND starts_at < %(until)s AND (ended_at IS NULL OR ended_at >= %(since)s)
                AND (%(all)s OR group_id IS NULL OR group_id = ANY(%(groups)s::bigint[]))
            GROUP BY 1, 2, 3, 4, 5
            """,
            {"rep": rep, "since": since, "until": until, "all": groups is None, "groups": list(groups or ())},
        )
        for open_before, came, how, went, ending, n in cursor.fetchall():
            found.at_start += n if open_before else 0
            found.came[how] += n if came else 0
            found.went[ending] += n if went else 0
    return found
