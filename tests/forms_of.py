"""The forms of a page as a browser would send them: method, address, and each control that has a name."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form; a button that sends it counts as a field, its first value as the usual one."""

    method: str
    action: str
    fields: dict = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.form, self.select = [], None, ""

    def handle_starttag(self, tag, attrs):
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = told.get("action") or told.get("hx-post") or told.get("hx-get", "")
            self.form = Form(told.get("method", "get").lower(), action)
            self.forms.append(self.form)
        elif self.form is None:
            return
        elif tag in {"input", "textarea", "button", "select"} and told.get("name"):
            self.select = told["name"] if tag == "select" else ""
            self.form.fields.setdefault(told["name"], told.get("value", ""))
        elif tag == "option" and self.select and (not self.form.fields[self.select] or "selected" in told):
            self.form.fields[self.select] = told.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None


def forms_of(page):
    """All forms of a response."""
    reader = _Reader()
    reader.feed(page.content.decode())
    for form in reader.forms:
        form.action = form.action.partition("#")[0] or page.wsgi_request.get_full_path()
        form.fields.pop("csrfmiddlewaretoken", None)
    return reader.forms
