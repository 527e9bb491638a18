"""Eight thousand real leads: imported, shared by origin among three groups of the 32 reps who developed them."""

import csv
import os
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from leads.models import Lead
from routing import live
from routing.models import Assignment, Share
from routing.watch import audit
from tests import factories as make

DATA = Path(os.environ.get("OLIST_DIR", Path(__file__).resolve().parents[3] / "shared" / "data" / "olist"))
LEADS, CLOSED = DATA / "marketing_qualified_leads.csv", DATA / "closed_deals.csv"

pytestmark = [
    pytest.mark.reference,
    pytest.mark.django_db,
    pytest.mark.skipif(not LEADS.exists(), reason=f"the leads of Olist are not here ({LEADS.parent.name}/ is absent)"),
]

ORIGINS = {"Search": ["organic_search", "paid_search"], "Social and mail": ["social", "email"]}
MAP = ["external_id=mql_id", "source=origin", "campaign=landing_page_id", "arrived_at=first_contact_date"]


def import_them():
    out = StringIO()
    call_command("import_leads", str(LEADS), map=MAP, date_format="%d-%m-%Y", stdout=out)
    return out.getvalue().strip()


def sdr_ids():
    with CLOSED.open(encoding="utf-8", newline="") as file:
        return sorted({row["sdr_id"] for row in csv.DictReader(file)})


def test_each_lead_is_owned_once_and_each_rep_has_the_fair_share():
    reps = [make.rep(name) for name in sdr_ids()]
    by_turns = [{"strategy": "availability"}, {"strategy": "round_robin"}]
    search, social, rest = (
        make.group(name, reps[n::3], steps=by_turns) for n, name in enumerate([*ORIGINS, "All others"])
    )
    make.publish(
        *(
            make.rule(group, {"field": "source", "operator": "one_of", "value": ORIGINS[group.name]})
            for group in (search, social)
        ),
        make.rule(rest),
    )

    said = import_them()
    rounds = 0
    while live.route_ready(1).count:
        rounds += 1

    assert len(reps) == 32
    assert said == "8000 rows: 8000 new, 0 known already, 0 enquiries, 0 refused."
    assert rounds == 40
    assert Lead.objects.filter(state="assigned", hop=1).count() == 8000
    assert Assignment.objects.filter(ends_at=None).values("lead").distinct().count() == 8000

    with LEADS.open(encoding="utf-8", newline="") as file:
        origins = Counter(row["origin"] for row in csv.DictReader(file))
    expected = {name: sum(origins[o] for o in wanted) for name, wanted in ORIGINS.items()}
    expected["All others"] = 8000 - sum(expected.values())
    for group in (search, social, rest):
        had = Counter(Assignment.objects.filter(group=group).values_list("rep_id", flat=True))
        share = expected[group.name] / group.memberships.count()
        assert had.total() == expected[group.name]
        assert all(abs(had[m.rep_id] - share) < 1 for m in group.memberships.all())
        assert Share.objects.filter(group=group).count() == group.memberships.count()
    assert {f.code: f.broken for f in audit()} == dict.fromkeys(("I1", "I2", "I3", "I5"), ())

    assert import_them() == "8000 rows: 0 new, 8000 known already, 0 enquiries, 0 refused."
    assert Lead.objects.count() == 8000
