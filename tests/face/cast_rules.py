"""What the pages that compare rules and let a rep go are given."""

# ruff: noqa: E501 - the words of a page stand on one line each

from typing import Any

from django import forms

from tests.face.cast import manager_shell


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
