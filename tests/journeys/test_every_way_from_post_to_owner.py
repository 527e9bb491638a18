"""Every way to share: from one click in the group's form and a POST to the owner, why they have it, and their mail."""

import json
from datetime import timedelta
from html import unescape
from re import sub

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from leads.models import Delivery, Lead
from reps.models import Group, RepSkill, Skill, Territory, TerritoryCover
from routing import live, sla
from routing.models import Offer, Rule, Timer
from tests import factories as make
from tests.factories.people import LONG_AGO

pytestmark = pytest.mark.django_db

LEAD = {
    "name": "Miriam Vogt",
    "company": "Brandl Logistik",
    "email": "vogt@brandl.example",
    "country": "DE",
    "language": "de",
    "score": 90,
    "source": "Web form",
}


class Cast:
    """Ana and Ben in one group, Clara who manages it, Olga who runs operations."""

    def __init__(self):
        self.ana, self.ben = make.rep("Ana"), make.rep("Ben")
        self.clara, self.olga = make.user("Clara"), make.user("Olga", is_ops=True)
        _key, self.secret = make.key_and_secret()

    def group(self, method, **fields):
        """Made in the admin's form by one click on the method."""
        client = signed_in(self.olga)
        form = client.get("/admin/reps/group/add/")
        asked = {**filled(form), "name": "DACH", "method": method, "managers": [self.clara.pk], **fields}
        answer = client.post("/admin/reps/group/add/", asked)
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        made = Group.objects.get(name="DACH")
        for rep in (self.ana, self.ben):
            make.join(made, rep)
        return made

    def arrives(self, **fields):
        """A POST to the door, and the rules."""
        answer = Client().post(
            "/api/v1/leads/",
            json.dumps({**LEAD, **fields}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.secret}"},
        )
        assert answer.status_code == 201, answer.json()
        live.route_ready(1)
        return Lead.objects.get(uid=answer.json()["id"])


def signed_in(user):
    client = Client()
    client.force_login(getattr(user, "user", user))
    return client


def filled(page):
    """What the browser would send of an untouched form."""
    sent = {}
    for form in [
        page.context["adminform"].form,
        *[f.formset.management_form for f in page.context["inline_admin_formsets"]],
    ]:
        for field in form:
            value = field.value()
            if value is not None and value is not False and value != []:
                sent[field.html_name] = "on" if value is True else value
    return sent


def why(lead):
    """The sentence its owner reads."""
    page = signed_in(lead.owner).get(f"/leads/{lead.uid}/why/")
    assert page.status_code == 200
    return " ".join(unescape(sub(r"<[^>]+>", "", page.content.decode())).split())


def mails(lead):
    """(who, which word) of all mails planned about it."""
    rows = Delivery.objects.filter(lead=lead, channel="email").select_related("rep__user", "user")
    return {(row.person.name, row.event) for row in rows}


@pytest.fixture
def cast(db):
    return Cast()


def weigh(group, **weights):
    for name, weight in weights.items():
        group.memberships.filter(rep__user__name=name.title()).update(weight=weight)


def busy(cast, group):
    cast.arrives(email="first@other.example", company="Other")


def covered(cast, group):
    area = [{"kind": "country", "countries": ["DE"]}]
    territory = Territory.objects.create(name="Germany", group=group, market=area)
    TerritoryCover.objects.create(territory=territory, rep=cast.ben, starts_at=LONG_AGO)


def speaks(cast, group):
    skill = Skill.objects.create(kind="language", value="de")
    RepSkill.objects.create(rep=cast.ben, skill=skill, starts_at=LONG_AGO)


def owned(cast, group):
    make.account("Brandl Logistik", domain="brandl.example", owner=cast.ben)


def senior(cast, group):
    group.memberships.filter(rep=cast.ana).update(tier=2)


# What is clicked, what is so in this company, who gets it, why.
WAYS = [
    ("round_robin", None, "Ana", "all were owed the same"),
    ("weighted", lambda cast, group: weigh(group, ben=3), "Ben", "you were owed most: 0.75 of a lead"),
    ("weighted", lambda cast, group: weigh(group, ana=2, ben=5), "Ben", "you were owed most: 0.71 of a lead"),
    ("least_loaded", busy, "Ben", "you were the least busy"),
    ("territory", covered, "Ben", "you were the only one who could take it"),
    ("account", owned, "Ben", "you own the account"),
    ("priority", senior, "Ben", "you were"),
    ("availability", lambda cast, group: cast.ana.pauses.create(starts_at=LONG_AGO), "Ben", "the only one"),
    ("round_robin", lambda cast, group: group.memberships.filter(rep=cast.ana).update(cap_open=0), "Ben", "only one"),
    ("skills", speaks, "Ben", "you were the only one who could take it"),
]


@pytest.mark.parametrize(
    ("method", "so", "owner", "because"),
    WAYS,
    ids=["round robin", "weighted", "by performance", "least busy", "territory", "account owner", "priority",
         "availability", "capacity", "skills"],
)  # fmt: skip
def test_the_rules_give_it(cast, method, so, owner, because):
    group = cast.group(method)
    make.publish(make.rule(group, name="All"))
    if so:
        so(cast, group)

    lead = cast.arrives()

    assert lead.owner, (lead.state, lead.reason)
    assert lead.owner.name == owner
    assert because in why(lead)
    assert mails(lead) == {(owner, "assigned")}


def test_by_lot(cast):
    make.publish(make.rule(cast.group("random"), name="All"))

    lead = cast.arrives()

    assert lead.owner in {cast.ana, cast.ben}
    assert "of the two who could take it you were drawn by lot" in why(lead)
    assert mails(lead) == {(lead.owner.name, "assigned")}


def test_not_again_to_who_let_it_time_out(cast):
    group = cast.group("round_robin", escalation='[{"after": 900, "do": "release"}]')
    make.publish(make.rule(group, name="All"))
    lead = cast.arrives()
    assert lead.owner == cast.ana

    Timer.objects.filter(lead=lead).update(due_at=timezone.now() - timedelta(seconds=1))
    sla.fire(1)
    live.route_ready(1)
    lead.refresh_from_db()

    assert lead.owner == cast.ben
    assert "you were the only one who could take it" in why(lead)
    assert mails(lead) == {("Ana", "assigned"), ("Ana", "taken_back"), ("Ben", "assigned")}


def test_an_offer_is_declined_by_one_and_accepted_by_the_next(cast):
    make.publish(make.rule(cast.group("offer"), name="All"))
    lead = cast.arrives()

    asked = Offer.objects.get(lead=lead)
    signed_in(cast.ana).post(f"/my-leads/offers/{asked.uid}/decline/")
    live.route_ready(1)
    asked = Offer.objects.get(lead=lead, answered_at=None)
    signed_in(cast.ben).post(f"/my-leads/offers/{asked.uid}/accept/")
    lead.refresh_from_db()

    assert lead.owner == cast.ben
    assert "you were the only one who could take it" in why(lead)
    assert mails(lead) == {("Ana", "offered"), ("Ben", "offered")}


@pytest.mark.parametrize(
    ("method", "seen", "told"),
    [
        ("pool_open", True, set()),
        ("pool_blind", False, set()),
        ("broadcast", True, {("Ana", "broadcast"), ("Ben", "broadcast")}),
    ],
)
def test_a_pool_waits_for_who_claims_it(cast, method, seen, told):
    make.publish(make.rule(cast.group(method), name="All"))
    lead = cast.arrives()
    client = signed_in(cast.ben)

    page = client.get("/pool/")
    assert ("Brandl Logistik" in page.content.decode()) is seen
    client.post(f"/pool/claim/{page.context['rows'][0]['handle']}/")
    lead.refresh_from_db()

    assert lead.owner == cast.ben
    assert "Ben pulled it from the pool." in why(lead)
    assert mails(lead) == told


def test_a_named_rep(cast):
    make.publish({"to": Rule.To.REP, "rep": cast.ben, "name": "Ben's"})

    lead = cast.arrives()

    assert lead.owner == cast.ben
    assert "the rule names you" in why(lead)
    assert mails(lead) == {("Ben", "assigned")}


def test_by_hand(cast):
    make.publish(make.rule(cast.group("manual"), name="All"))
    lead = cast.arrives()
    assert (lead.state, lead.reason) == ("desk", "sent_to_desk")

    page = signed_in(cast.clara).get(f"/to-assign/?lead={lead.uid}")
    assert "Brandl Logistik" in page.content.decode()
    signed_in(cast.clara).post(f"/to-assign/{lead.uid}/", {"rep": str(cast.ben.uid)})
    lead.refresh_from_db()

    assert lead.owner == cast.ben
    assert "Clara" in why(lead)
    assert mails(lead) == {("Ben", "assigned")}


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_one_declines_and_the_next_accepts(product):
    """The whole product: the offer appears by itself, counts down, moves on, and opens the lead."""
    ana, ben = make.rep("Ana"), make.rep("Ben")
    steps = [{"strategy": "availability"}, {"strategy": "weighted"}, {"strategy": "offer", "options": {"seconds": 300}}]
    make.publish(make.rule(make.group("DACH", [ana, ben], steps=steps), name="All"))

    with product.signed_in(ana.user, width="phone") as first, product.signed_in(ben.user, width="phone") as second:
        for page in (first, second):
            page.set_viewport_size({"width": 390, "height": 780})
            page.goto(f"{product.url}/my-leads/")
        product.post_lead(**{**LEAD, "score": 10})

        offer = first.get_by_role("region", name="Offer")
        expect(offer).to_be_visible(timeout=4000)  # by itself
        expect(offer.get_by_text("A lead for DACH: will you take it?")).to_be_visible()
        expect(offer.get_by_text("Germany")).to_be_visible()
        assert "Brandl" not in first.content()
        before = offer.locator("time[data-clock]").inner_text()
        expect(offer.locator("time[data-clock]")).not_to_have_text(before, timeout=3000)  # it counts down
        offer.get_by_label("Reason for declining").fill("At the dentist")
        offer.get_by_role("button", name="Decline").click()
        expect(first.get_by_text("The next in line is asked.").first).to_be_visible()
        expect(first.get_by_role("region", name="Offer")).to_have_count(0)

        offer = second.get_by_role("region", name="Offer")
        expect(offer).to_be_visible(timeout=4000)
        offer.get_by_role("button", name="Accept").click()
        expect(second.get_by_role("heading", name="Brandl Logistik").first).to_be_visible()

    assert Lead.objects.get().owner == ben
