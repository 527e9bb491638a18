"""The Django forms by which ops build a web form: its words, its questions with their answers, its thank-you pages."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.forms import build
from leads.forms.known import KNOWN, is_taken
from leads.models import Attribute, Connection, FormAnswer, FormEnding, FormItem, WebForm

_HOST = re.compile(r"^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$")
_MOST_LINES = 100
INTENTS = ("demo", "pricing", "trial", "download")
# Where a list of choices makes sense: what people would otherwise type as they like.
_CHOOSABLE = {"region", "city", "industry", "product", "job_title", "company"}


class Lines(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "widget": forms.Textarea(attrs={"rows": 4}), **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """As people edit it."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Without blanks and twins."""
        lines = value if isinstance(value, list) else (super().to_python(value) or "").splitlines()
        found = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
        if len(found) > _MOST_LINES:
            raise forms.ValidationError(_("At most %d lines.") % _MOST_LINES)
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By what it means."""
        return bool(self.to_python(initial or []) != self.to_python(data or ""))


class NewForm(forms.Form):
    """Name and pattern."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("For yourselves, like “Demo, pricing page”.")
    )
    pattern = forms.ChoiceField(
        label=gettext_lazy("Begin with"), choices=[(key, pattern.label) for key, pattern in build.PATTERNS.items()]
    )

    def clean_name(self) -> str:
        """One form of a name."""
        return free_name(self.cleaned_data["name"])


def free_name(name: str, *, besides: int | None = None) -> str:
    """Raise where another form is called so."""
    if Connection.objects.filter(kind=build.KIND, name=name).exclude(pk=besides or 0).exists():
        raise forms.ValidationError(_("Another form is called so."))
    return name


class SettingsForm(forms.ModelForm):
    """The form's words, where it may stand, its limits; and what its connection says of its leads."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Empty: the name of the form."),
    )
    campaign = forms.CharField(
        label=gettext_lazy("Campaign"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty: utm_campaign of the page, where it has one."),
    )
    intent = forms.CharField(
        label=gettext_lazy("Intent"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("What people want: demo, pricing, trial, download, or a word of yours. Rules may ask."),
        widget=forms.TextInput(attrs={"list": "intents"}),
    )
    origins = Lines(
        label=gettext_lazy("Websites it may stand on"),
        help_text=gettext_lazy("For iframe and script. One a line, like https://www.example.com."),
    )

    class Meta:
        model = WebForm
        fields = ("title", "intro", "submit_label", "consent", "origins", "per_address", "per_email", "per_form")
        widgets = {"intro": forms.Textarea(attrs={"rows": 3}), "consent": forms.Textarea(attrs={"rows": 3})}

    door = ("name", "source", "campaign", "intent")

    def __init__(self, data: Any, *, instance: WebForm) -> None:
        initial = {key: getattr(instance.connection, key) for key in self.door}
        super().__init__(data, instance=instance, initial=initial)

    def clean_name(self) -> str:
        """One form of a name."""
        return free_name(self.cleaned_data["name"], besides=self.instance.connection_id)

    def clean_intent(self) -> str:
        """In small letters, so that rules find it."""
        return str(self.cleaned_data["intent"]).strip().lower()

    def clean_origins(self) -> list[str]:
        """Each as browsers say it."""
        return list(dict.fromkeys(origin_of(line) for line in self.cleaned_data["origins"]))

    def save(self, commit: bool = True) -> WebForm:  # noqa: FBT001, FBT002 - Django's signature
        """Both rows."""
        made: WebForm = super().save(commit)
        for key in self.door:
            setattr(made.connection, key, self.cleaned_data[key])
        made.connection.save(update_fields=[*self.door])
        return made


def origin_of(text: str) -> str:
    """Scheme, host and port of a site's address, as browsers say it. Raises ValidationError on anything else."""
    wrong = forms.ValidationError(
        _("“%s” is no address of a site. Write it like https://www.example.com.") % text[:100]
    )
    try:
        parts = urlsplit(text.lower())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in {"http", "https"} or parts.username or not _HOST.match(host):
        raise wrong
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise forms.ValidationError(_("Write “%s” without what follows the name of the site.") % text[:100])
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


class ItemForm(forms.ModelForm):
    """One thing to ask."""

    choices = Lines(
        label=gettext_lazy("Choices"), help_text=gettext_lazy("One a line. Empty: people write what they like.")
    )

    class Meta:
        model = FormItem
        fields = ("label", "help", "required", "key", "choices")
        help_texts = {
            "key": gettext_lazy("Rules find the answer by this name, through an attribute. Empty: made of the label."),
        }

    def __init__(self, data: Any, *, instance: FormItem) -> None:
        super().__init__(data, instance=instance)
        if not instance.is_question:
            del self.fields["key"]
        else:
            self.fields["key"].required = False
            if instance.key.startswith(build.UNNAMED):
                self.initial["key"] = ""
        own_text = instance.kind == FormItem.Kind.ATTRIBUTE and _is_text(instance)
        if not own_text and not (instance.kind == FormItem.Kind.FIELD and instance.key in _CHOOSABLE):
            del self.fields["choices"]

    def clean_key(self) -> str:
        """A name that means nothing else."""
        key = str(self.cleaned_data["key"]) or build.free_key(self.instance.form, self.cleaned_data.get("label", ""))
        division = self.instance.form.connection.division_id
        if is_taken(key) or Attribute.objects.filter(division=division, key=key).exists():
            raise forms.ValidationError(_("This name is taken: choose another."))
        if FormItem.objects.filter(form=self.instance.form_id, key=key).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("The form asks for this already."))
        return key

    def clean_choices(self) -> list[str]:
        """Of the length an answer may have."""
        choices: list[str] = self.cleaned_data["choices"]
        most = KNOWN[self.instance.key].most if self.instance.key in KNOWN else 200
        if long := next((c for c in choices if len(c) > most), None):
            raise forms.ValidationError(_("“%s…” is too long.") % long[:40])
        return choices


def _is_text(item: FormItem) -> bool:
    own = Attribute.objects.filter(division=item.form.connection.division_id, key=item.key).first()
    return own is not None and own.type == Attribute.Type.TEXT


class AnswerForm(forms.ModelForm):
    """One answer and what it says."""

    class Meta:
        model = FormAnswer
        fields = ("label", "low", "high", "verdict", "reason", "points", "ending")

    def __init__(self, *args: Any, item: FormItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ranges = item.kind == FormItem.Kind.NUMBER
        for name in ("low", "high") if not ranges else ():
            del self.fields[name]
        if item.kind == FormItem.Kind.YES_NO:
            del self.fields["label"]
        else:
            self.fields["label"].required = not ranges
        pages = self.fields["ending"]
        if isinstance(pages, forms.ModelChoiceField):
            pages.queryset = item.form.endings.all()
            pages.empty_label = _("as the verdict says")
        self.fields["points"].required = False
        self.fields["verdict"].label = _("What it says")

    def clean_points(self) -> int:
        """None is nought."""
        return self.cleaned_data["points"] or 0

    def clean(self) -> dict[str, Any]:
        """From is not above to."""
        given = super().clean() or {}
        low, high = given.get("low"), given.get("high")
        if low is not None and high is not None and low > high:
            self.add_error("high", _("This is below where it begins."))
        return given


class _Answers(forms.BaseInlineFormSet):
    """No answer twice."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """In our words."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove")

    def clean(self) -> None:
        """Across the rows."""
        super().clean()
        labels = [f.cleaned_data.get("label") for f in self.forms if f.is_valid() and not f.cleaned_data.get("DELETE")]
        given = [label for label in labels if label]
        if twin := next((label for label in given if given.count(label) > 1), None):
            raise forms.ValidationError(_("The answer “%s” stands there twice.") % twin)


def answers_of(item: FormItem, data: Any = None, *, more: int = 0) -> Any:
    """The answers of a question to be edited; questions for yes or no have theirs for good."""
    fixed = item.kind == FormItem.Kind.YES_NO
    made = forms.inlineformset_factory(
        FormItem,
        FormAnswer,
        form=AnswerForm,
        formset=_Answers,
        extra=0 if fixed else more,
        can_delete=not fixed,
        max_num=2 if fixed else 60,
        validate_max=True,
    )
    return made(data, instance=item, prefix="answers", form_kwargs={"item": item})


class EndingForm(forms.ModelForm):
    """One thank-you page."""

    class Meta:
        model = FormEnding
        fields = ("when", "title", "text", "redirect_url", "names_rep", "to_booking")
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, form: WebForm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.web_form = form
        if self.instance.pk and self.instance.when == FormEnding.When.ANY:
            del self.fields["when"]
        else:
            choices = [c for c in FormEnding.When.choices if c[0] != FormEnding.When.ANY]
            self.fields["when"] = forms.ChoiceField(label=_("For"), choices=choices, initial=FormEnding.When.ANSWER)

    def clean_when(self) -> str:
        """One page for each verdict."""
        when = str(self.cleaned_data["when"])
        others = self.web_form.endings.filter(when=when).exclude(pk=self.instance.pk)
        if when != FormEnding.When.ANSWER and others.exists():
            raise forms.ValidationError(_("There is a page for these already."))
        return when

    def save(self, commit: bool = True) -> FormEnding:  # noqa: FBT001, FBT002 - Django's signature
        """As a page of this form."""
        self.instance.form = self.web_form
        saved: FormEnding = super().save(commit)
        return saved
