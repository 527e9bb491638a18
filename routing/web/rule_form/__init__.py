"""A rule as a form: from what is kept to what is shown, from what is posted to what is kept; no check of its own."""

from routing.web.rule_form.choices import Choices
from routing.web.rule_form.form import RuleForm

__all__ = ["Choices", "RuleForm"]
