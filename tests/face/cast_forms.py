"""What the pages that build web forms, and the forms themselves, are given."""

# ruff: noqa: E501 - the words of a page stand on one line each

from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator

from leads.models import FormEnding, FormItem, WebForm
from leads.web.form_fields import AnswerForm, EndingForm, Lines, NewForm
from tests.face.cast import berlin, manager_shell, uid

UID = uid("Demo, pricing page")
TABS = (("Questions", 0), ("Thank you", 0), ("Settings", 0), ("Put it on a page", 0), ("Held back", 3))


def head(tab: str, *, active: bool = True) -> dict[str, Any]:
    return {
        **manager_shell("forms"),
        "form": {"uid": UID, "name": "Demo, pricing page", "active": active, "url": "https://leads.brandl.example/f/", "test_url": "#", "leads": 412},
        "tabs": [{"label": label, "url": "#", "current": label == tab, "n": n} for label, n in TABS],
    }  # fmt: skip


def listed() -> dict[str, Any]:
    rows = (
        ("Contact", "", True, 128, 14),
        ("Demo, pricing page", "demo", True, 61, 3),
        ("Trial, header", "trial", True, 240, 0),
        ("White paper: cold chains in the Nordics and the Baltics, edition of autumn", "download", False, 0, 0),
    )
    return {
        **manager_shell("forms"),
        "days": 30,
        "forms": [
            {"name": n, "url": "#", "held_url": "#", "active": a, "intent": i, "came": c, "held": h}
            for n, i, a, c, h in rows
        ],
    }


def none_yet() -> dict[str, Any]:
    return {**manager_shell("forms"), "forms": [], "days": 30}


def new() -> dict[str, Any]:
    return {**manager_shell("forms"), "form": NewForm()}


def ask(
    n: int, label: str, kind: str = "", *answers: tuple[str, str, str, int], required: bool = False
) -> dict[str, Any]:
    said = [{"label": a, "verdict": v, "says": s, "points": p} for a, v, s, p in answers]
    return {"uid": uid(label), "url": "#", "label": label, "kind": kind, "required": required, "is_question": bool(answers), "answers": said, "n": n, "of": 5}  # fmt: skip


def edit() -> dict[str, Any]:
    start = (
        ("This month", "qualified", "qualifies", 20),
        ("This year", "", "", 5),
        ("We only look around", "disqualified", "disqualifies", 0),
    )
    seats = (
        ("up to 4", "disqualified", "disqualifies", 0),
        ("5 to 49", "", "", 10),
        ("from 50", "look", "a person looks first", 40),
    )
    return {
        **head("Questions"),
        "items": [
            ask(1, "Name", required=True),
            ask(2, "E-mail", required=True),
            ask(3, "How soon do you want to start?", "question with answers to choose from", *start, required=True),
            ask(4, "How many people would use it?", "question answered by a number", *seats),
            ask(5, "Message"),
        ],
        "addable": [("Questions", [("choice:", "Question with answers to choose from")]), ("Fields of every lead", [("field:phone", "Phone")])],
        "problems": ["“How many people would use it?” tells people apart, but may be left empty."],
        "preview": "about:blank",
    }  # fmt: skip


class ItemForm(forms.Form):
    label = forms.CharField(label="Label", initial="How soon do you want to start?")
    help = forms.CharField(label="Help below it", required=False)
    required = forms.BooleanField(label="Must be answered", required=False, initial=True)
    key = forms.CharField(label="Name among the answers", initial="start", help_text="Rules find the answer by this name, through an attribute. Empty: made of the label.")  # fmt: skip


def item() -> dict[str, Any]:
    asked = FormItem(kind=FormItem.Kind.CHOICE, label="How soon do you want to start?", form=WebForm(pk=1))
    rows = [Answer(n, label, asked) for n, label in enumerate(("This month", "This year", "We only look around", ""))]
    answers = SimpleNamespace(
        forms=rows, management_form="", non_form_errors=["The answer “This year” stands there twice."]
    )
    return {
        **head("Questions"),
        "item": asked,
        "fields": ItemForm(),
        "answers": answers,
        "ranges": False,
        "fixed": False,
    }


class Answer(AnswerForm):
    """A row without a database behind its pages."""

    DELETE = forms.BooleanField(label="Remove", required=False)

    def __init__(self, n: int, label: str, asked: FormItem) -> None:
        forms.ModelForm.__init__(self, prefix=f"answers-{n}", initial={"label": label})
        for name in ("low", "high"):
            del self.fields[name]
        self.fields["verdict"].label = "What it says"
        self.fields["ending"] = forms.ChoiceField(
            label="Thank-you page", required=False, choices=[("", "as the verdict says")]
        )
        self.fields["DELETE"] = self.fields.pop("DELETE")
        self.instance = SimpleNamespace(pk=n, label=label)  # type: ignore[assignment]  # all the page asks of it


class SettingsForm(forms.Form):
    title = forms.CharField(label="Heading", initial="Book a demo")
    intro = forms.CharField(label="Introduction", required=False, widget=forms.Textarea(attrs={"rows": 3}), initial="Half an hour, in your time zone, with somebody who knows your trade.")  # fmt: skip
    submit_label = forms.CharField(label="Words on the button", initial="Ask for a demo")
    consent = forms.CharField(label="Consent", required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="Empty: nothing is asked. Else a box that must be ticked; text and time are kept with the lead.")  # fmt: skip
    name = forms.CharField(label="Name", initial="Demo, pricing page")
    source = forms.CharField(label="Source", required=False, help_text="Empty: the name of the form.")
    campaign = forms.CharField(label="Campaign", required=False)
    intent = forms.CharField(label="Intent", required=False, initial="demo")
    origins = Lines(label="Websites it may stand on", initial=["https://www.brandl.example"])
    per_address = forms.IntegerField(label="From one network address in an hour", initial=30)
    per_email = forms.IntegerField(label="With one e-mail address in an hour", initial=5)
    per_form = forms.IntegerField(label="In all in an hour", initial=500)


def settings() -> dict[str, Any]:
    return {**head("Settings"), "fields": SettingsForm()}


def endings() -> dict[str, Any]:
    rows = (
        ("those whose answers qualify", "We call you today", "", True, []),
        ("those whose answers disqualify", "Our guide may help", "https://www.brandl.example/guide", False, []),
        (
            "those whose answer leads here",
            "Meet us at the fair",
            "",
            False,
            ["Where?: At the fair", "Where?: In Bilbao"],
        ),
        ("everybody else", "Thank you", "", False, []),
    )
    return {
        **head("Thank you"),
        "endings": [{"url": "#", "for": f, "title": t, "goes": g, "names_rep": r, "answers": a} for f, t, g, r, a in rows],
    }  # fmt: skip


def ending() -> dict[str, Any]:
    return {**head("Thank you"), "fields": EndingForm(form=WebForm(pk=1)), "ending": FormEnding(), "removable": True}


def copy() -> dict[str, Any]:
    texts = (
        ("link", "Address", "Its own page, for links and mails.", "https://leads.brandl.example/f/6e0c2d1a/"),
        ("script", "Script", "Drawn into your page, in its width. What you change here is there at once.", '<div data-fairlead-form="https://leads.brandl.example/f/6e0c2d1a/part/"></div>'),
        ("html", "Plain HTML", "For your own design. Copy it again when you change the questions.", '<form action="https://leads.brandl.example/f/6e0c2d1a/" method="post">\n</form>'),
    )  # fmt: skip
    return {
        **head("Put it on a page"),
        "snippets": [{"key": k, "label": label, "says": s, "text": t} for k, label, s, t in texts],
        "origins": [],
    }


def held() -> dict[str, Any]:
    rows = [
        {"uid": uid("a"), "at": berlin(19, "14:02"), "why": "It was sent within two seconds.", "who": "Ingeborg Halvorsen", "said": [{"key": "email", "value": "ingeborg@fjordfisk.example"}, {"key": "message", "value": "We run 34 vessels and want one place for charter enquiries."}]},
        {"uid": uid("b"), "at": berlin(19, "11:40"), "why": "The field nobody can see was filled in.", "who": "bestseo@spam.example", "said": [{"key": "message", "value": "FIRST PAGE of every search engine " * 8}]},
    ]  # fmt: skip
    return {**head("Held back"), "rows": rows, "page": Paginator(rows, 25).page(1)}


def held_none() -> dict[str, Any]:
    return {**head("Held back"), "rows": [], "page": Paginator([], 25).page(1)}


FORM = {"title": "Book a demo", "intro": "Half an hour, in your time zone, with somebody who knows your trade.", "submit_label": "Ask for a demo"}  # fmt: skip


def field(name: str, label: str, control: str = "text", *options: str, error: str = "", value: str = "", required: bool = True, help_text: str = "", autocomplete: str = "off") -> dict[str, Any]:  # fmt: skip
    key = f"fl-6e0c2d-{name}"
    return {
        "name": name, "id": key, "focus": f"{key}-1" if options else key, "label": label, "help": help_text, "required": required, "control": control,
        "type": "email" if control == "email" else "text", "autocomplete": autocomplete, "inputmode": "", "most": 200, "value": value, "error": error,
        "options": [{"value": o, "label": o, "id": f"{key}-{n}", "chosen": o == value} for n, o in enumerate(options, start=1)],
        "described": " ".join(filter(None, (error and f"{key}-error", help_text and f"{key}-help"))),
    }  # fmt: skip


def page(**errors: str) -> dict[str, Any]:
    fields = [
        field("name", "Name", value="Miriam Vogt", autocomplete="name"),
        field("email", "E-mail", "email", value="miriam.vogt@brandl", error=errors.get("email", ""), autocomplete="email"),
        field("country", "Country", "select", "Austria", "Germany", "Switzerland", value="Germany", required=False, autocomplete="country"),
        field("start", "How soon do you want to start?", "radio", "This month", "This year", "We only look around", error=errors.get("start", "")),
        field("message", "Message", "textarea", required=False, help_text="What should we prepare?"),
    ]  # fmt: skip
    return {
        "answer": {"template": "leads/_form.html", "go": ""},
        "form": FORM,
        "prefix": "fl-6e0c2d",
        "action": "/f/",
        "fields": fields,
        "hidden": [("fl_token", "x")],
        "trap": "fl_1a2b3c4d",
        "consent": {"name": "fl_consent", "id": "fl-6e0c2d-consent", "text": "You may write to me about this. I can take that back at any time.", "checked": False, "error": ""},
        "problems": [{"text": f"{f['label']} {f['error']}", "id": f["focus"]} for f in fields if f["error"]],
    }  # fmt: skip


def page_wrong() -> dict[str, Any]:
    return page(email="Write it like name@example.com.", start="Please answer this.")


def page_thanks() -> dict[str, Any]:
    said = FormEnding(title="Thank you, Miriam's demo is on its way", text="We have it, and will be in touch soon.")
    return {
        "answer": {"template": "leads/_form_thanks.html", "go": ""},
        "form": FORM,
        "ending": said,
        "rep": "Katharina von Hohenfels-Straßberger",
        "booking": "https://book.brandl.example/katharina",
    }


def page_closed() -> dict[str, Any]:
    return {
        "answer": {"template": "leads/_form_closed.html", "go": ""},
        "form": FORM,
        "heading": "This form is closed",
        "says": "It takes nothing at the moment.",
    }
