"""What became of an arrival, and who adds leads by hand."""

from dataclasses import dataclass

from leads.arrival import Arrival
from leads.models import Intake, Lead
from leads.qualify import match, ready
from reps.models import User


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of one arrival: a new lead, an enquiry on an open one, or one known already."""

    arrival: Arrival
    lead: Lead
    outcome: Intake.Outcome
    made: ready.Ready | None = None  # of a new lead: how it was judged

    @property
    def account(self) -> match.AccountMatch:
        """The known account of a new lead."""
        return self.made.account if self.made else match.NOBODY


@dataclass(frozen=True, slots=True)
class Hand:
    """Who adds leads by hand. What they add is an enquiry `onto` a lead, else new, whatever else is open of its person.

    They asked before and were told of each lead they may know of; one they may not know of stays hidden, since the new
    one stands beside it.
    """

    by: User
    onto: Lead | None = None


class NotCapturedError(Exception):
    """Another door kept bringing the same leads at the same time; nothing was written and the caller may try again."""
