"""Nothing lost, nothing stuck: the sweep that finds what a lost doorbell missed, and the audit of the invariants."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from routing.engine.ledger import replay
from routing.entries import entry_of, read_shares
from routing.models import LedgerEntry as EntryRow
from routing.models import Share

STUCK_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant: what was looked at, how many, and what breaks it."""

    code: str
    says: str
    looked_at: int
    broken: tuple[str, ...] = ()


def audit() -> list[Finding]:
    """Check I1, I2, I3 and I5 on the whole database; each finding says how many rows it looked at."""
    return [_accepted(), _one_owner(), _hops(), _nothing_stuck(), _balances()]


def _rows(sql: str, *params: Any) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _count(sql: str, *params: Any) -> int:
    return int(str(_rows(sql, *params)[0][0]))


def _accepted() -> Finding:
    missing = _rows(
        "SELECT id FROM leads_intake WHERE outcome IN ('new', 'enquiry', 'repeated') AND lead_id IS NULL LIMIT 20"
    )
    missing += _rows("SELECT id FROM leads_idempotencykey WHERE status = 201 AND lead_id IS NULL LIMIT 20")
    twins = _rows(
        "SELECT connection_id, external_id FROM leads_lead WHERE external_id <> ''"
        " GROUP BY 1, 2 HAVING count(*) > 1 LIMIT 20"
    )
    broken = [_("delivery %s has no lead") % row[0] for row in missing]
    broken += [_("external id %s stands twice") % row[1] for row in twins]
    says = _("every delivery that was accepted has one lead")
    return Finding("I1", says, _count("SELECT count(*) FROM leads_intake"), tuple(broken))


def _one_owner() -> Finding:
    """Owner and open spell of ownership say the same of every open lead."""
    broken = _rows(
        """
        SELECT l.id FROM leads_lead l
        LEFT JOIN routing_assignment a ON a.lead_id = l.id AND a.ends_at IS NULL
        WHERE l.state <> 'closed' AND l.kind <> 'history' AND l.owner_id IS DISTINCT FROM a.rep_id LIMIT 20
        """
    )
    broken += _rows(
        "SELECT lead_id FROM routing_assignment WHERE ends_at IS NULL GROUP BY 1 HAVING count(*) > 1 LIMIT 20"
    )
    says = _("every lead has at most one owner, and the record of that is open")
    return Finding(
        "I2", says, _count("SELECT count(*) FROM leads_lead"), tuple(_("lead %s") % row[0] for row in broken)
    )


def _hops() -> Finding:
    broken = _rows(
        """
        SELECT lead_id FROM routing_assignment GROUP BY lead_id
        HAVING count(*) <> max(hop) OR min(hop) <> 1 LIMIT 20
        """
    )
    says = _("hand-over numbers run 1, 2, 3 without a gap")
    count = _count("SELECT count(*) FROM routing_assignment")
    return Finding("I2", says, count, tuple(_("lead %s") % row[0] for row in broken))


def _nothing_stuck() -> Finding:
    broken = _rows(
        """
        SELECT id, state FROM leads_lead
        WHERE (state IN ('new', 'ready') AND COALESCE(ready_at, arrived_at) < clock_timestamp() - %s
               AND NOT EXISTS (SELECT FROM routing_routingpause p WHERE p.division_id = leads_lead.division_id
                   AND p.group_id IS NULL AND (p.ends_at IS NULL OR p.ends_at > clock_timestamp() - %s)))
           OR (state NOT IN ('new', 'ready', 'closed', 'erased') AND kind <> 'history' AND reason = '') LIMIT 20
        """,
        STUCK_AFTER,
        STUCK_AFTER,
    )
    says = _("no lead waits undecided for over a minute, and all others have a reason")
    count = _count("SELECT count(*) FROM leads_lead")
    return Finding(
        "I3", says, count, tuple(_("lead %(lead)s: %(state)s") % {"lead": r[0], "state": r[1]} for r in broken)
    )


def _balances() -> Finding:
    """Balances are the replay of the entries, and sum to 0 in every group."""
    replayed = replay(entry_of(row) for row in EntryRow.objects.order_by("id").iterator())
    stored = read_shares(Share.objects.all()).balances
    keys = set(replayed) | set(stored)
    broken = [
        _("group %(group)s, rep %(rep)s") % {"group": key[0], "rep": key[1]}
        for key in sorted(keys)
        if replayed.get(key, 0) != stored.get(key, 0)
    ]
    sums: dict[int, int] = {}
    for (group, _rep), balance in stored.items():
        sums[group] = sums.get(group, 0) + balance
    broken += [_("group %s does not sum to 0") % group for group, total in sums.items() if total]
    says = _("fair shares sum to 0 and equal the replay of their entries")
    return Finding("I5", says, EntryRow.objects.count(), tuple(broken[:20]))
