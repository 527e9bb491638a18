"""What the pages of rules, of comparing them, and of a rep who leaves are given."""

# ruff: noqa: E501 - the words of a page stand on one line each

from typing import Any

from django import forms
from django.utils.safestring import mark_safe

from tests.face.cast import berlin, manager_shell


class LeaveForm(forms.Form):
    kind = forms.ChoiceField(label="What happens", choices=[("leave", "leaves for good"), ("away", "goes on leave: only open leads are given on")])  # fmt: skip
    leads = forms.ChoiceField(label="Open leads go", choices=[("again", "by the rules again"), ("to", "to one rep")])  # fmt: skip
    to = forms.ChoiceField(label="The rep who gets them", required=False, choices=[("b", "Ben Adler")])
    accounts_to = forms.ChoiceField(label="Accounts go to", required=False, choices=[("", "nobody: they have no owner then")])  # fmt: skip
    counted = forms.BooleanField(label="Count these leads in the fair share of who gets them", required=False)
    sign_off = forms.BooleanField(label="They may not sign in any more; open sessions end", required=False, initial=True)  # fmt: skip
    why = forms.CharField(label="Why", required=False, help_text="The new owners read it.")
    stage_1 = forms.ChoiceField(label="New", required=False, choices=[("", "like the others")])
    stage_2 = forms.ChoiceField(label="Meeting booked", required=False, choices=[("to", "to one rep")])


def compare() -> dict[str, Any]:
    return {
        **manager_shell("rules"),
        "set": {"name": "Rules for new leads", "url": "/rules/"},
        "choices": [
            {"value": "draft", "label": "The draft"},
            {"value": "14", "label": "Version 14, Demo wishes first"},
        ],
        "before": {"value": "14", "label": "version 14"},
        "after": {"value": "draft", "label": "the draft"},
        "changes": [
            {
                "kind": "changed",
                "rule": "DACH Seniors",
                "says": "Changed at place 4",
                "parts": [
                    {
                        "label": "When",
                        "before": "Country is one of Germany, Austria, Switzerland and Deal size is at least 10,000",
                        "after": "Country is one of Germany, Austria and Deal size is at least 20,000",
                    },
                    {"label": "Response time", "before": "15 minutes", "after": "10 minutes, in working minutes"},
                ],
            },
            {
                "kind": "added",
                "rule": "France",
                "says": "New at place 5",
                "after": "Country is France: EMEA; if nobody can take it, it waits until somebody is on duty.",
            },
            {"kind": "moved", "rule": "Partner portal", "says": "Moved from place 2 to 1"},
            {
                "kind": "removed",
                "rule": "Old campaign",
                "says": "Removed from place 7",
                "before": "Campaign is Spring fair: To assign.",
            },
        ],
        "go_back": {"n": 14, "url": "/rules/go-back/", "revision": 7, "overridden": "Ben covers Germany this week"},
        "edit_url": "/admin/",
    }


def compare_same() -> dict[str, Any]:
    return {**compare(), "changes": [], "go_back": None}


def leave() -> dict[str, Any]:
    form = LeaveForm()
    return {
        **manager_shell("team"),
        "rep": {"name": "Ana Lindqvist"},
        "form": form,
        "fields": [form[name] for name in ("kind", "leads", "to")],
        "rest": [form[name] for name in ("accounts_to", "counted", "sign_off", "why")],
        "leads": 31,
        "stages": [
            {"name": "New", "count": 19, "contacted": 3, "field": form["stage_1"], "where": "by the rules again"},
            {"name": "Meeting booked", "count": 12, "contacted": 12, "field": form["stage_2"], "where": "to Ben Adler"},
        ],
        "theirs": [
            {"label": "Of the open leads, pulled from a pool", "value": "4"},
            {"label": "Accounts", "value": "17"},
            {"label": "Groups", "value": "DACH, DACH Seniors"},
            {"label": "Backup of", "value": "Ben Adler"},
        ],
        "care": ["Nobody else manages DACH Seniors. Choose another manager first."],
        "summary": [
            "19 leads go by the rules again.",
            "12 leads go to Ben Adler.",
            "17 accounts go to nobody.",
            "Membership ends: DACH, DACH Seniors.",
            "Without a backup then: Ben Adler.",
            "They may not sign in any more.",
            "Reports of the past stay as they are.",
        ],
    }


def leave_before() -> dict[str, Any]:
    return {**leave(), "summary": [], "care": [], "stages": [], "leads": 0, "theirs": []}


def rule(number: int, name: str, says: str, share: float, n: int, *problems: str) -> dict[str, Any]:
    return {
        "number": number,
        "name": name,
        "says": mark_safe(says),
        "share": share,
        "leads": n,
        "leads_url": f"/leads/?rule={number}",
        "problems": [{"tone": "due", "text": p} for p in problems],
    }


def rules() -> dict[str, Any]:
    return {
        **manager_shell("rules"),
        "version": {"number": 14, "at": berlin(2, "09:12"), "by": "Clara Hoffmann", "comment": ""},
        "edit_url": "/admin/",
        "shares_of": "Shares are of the 1,842 leads of October.",
        "draft": {"by": "Clara Hoffmann", "changes": 2},
        "top_share": 0.3,
        "rules": [
            rule(
                1,
                "Known account",
                "Any lead of a <b>known account</b> goes to <span class=\"to\">the account's owner</span>; if away, to the owner's backup.",
                0.09,
                166,
            ),
            rule(
                2,
                "Partner portal",
                'Source is <b>Partner portal</b>: <span class="to">To assign</span>, with high priority.',
                0.03,
                55,
            ),
            rule(
                3,
                "Enterprise",
                '<b>1,000 employees</b> or more, or a deal of <b>€100,000</b> or more: <span class="to">Enterprise</span>, seniors first, answer within 30 min.',
                0.06,
                110,
            ),
            rule(
                4,
                "DACH Seniors",
                'Germany, Austria or Switzerland, and a deal of <b>€10,000</b> or more or a <b>demo</b> wanted by 200 people or more: <span class="to">DACH Seniors</span>, shared by weight among those on shift, answer within 15 min.',
                0.13,
                244,
            ),
            rule(
                5,
                "DACH",
                'Germany, Austria or Switzerland: <span class="to">DACH</span>, round robin among those on shift; if nobody, it waits until someone is.',
                0.2,
                368,
            ),
            rule(
                6,
                "Romandie",
                '<b>Switzerland</b> and language <b>French</b>: <span class="to">France &amp; Benelux</span>, round robin.',
                0,
                0,
                "Never reached: rule 5 takes every lead from Switzerland first.",
            ),
            rule(
                7,
                "UK, Ireland, Nordics",
                'United Kingdom, Ireland, Sweden, Norway, Denmark or Finland: <span class="to">Nordics &amp; UK</span>, round robin, answer within 10 min.',
                0.24,
                442,
            ),
            rule(
                8,
                "Small companies",
                '<b>20 employees</b> or fewer: <span class="to">Small business</span>, a pool where details show after claiming.',
                0.17,
                313,
            ),
            rule(
                9,
                "Everything else",
                'All other leads: <span class="to">International</span>, round robin among those on shift; if nobody, it waits until someone is.',
                0.08,
                144,
                "101 of 144 have no country.",
            ),
        ],
        "versions": [
            {
                "number": 14,
                "at": berlin(2, "09:12"),
                "by": "Clara Hoffmann",
                "comment": "Small companies to a pool of their own.",
                "url": "?version=14",
            },
            {
                "number": 13,
                "at": berlin(12, "16:02", 10),
                "by": "Clara Hoffmann",
                "comment": "Enterprise answers within 30 min.",
                "url": "?version=13",
            },
            {
                "number": 12,
                "at": berlin(1, "08:30", 9),
                "by": "Viktor Lindqvist",
                "comment": "UK and Ireland join the Nordics.",
                "url": "?version=12",
            },
        ],
    }


def rules_empty() -> dict[str, Any]:
    return {
        **manager_shell("rules"),
        "version": None,
        "edit_url": "/admin/",
        "draft": {"by": "Clara Hoffmann", "changes": 2},
    }
