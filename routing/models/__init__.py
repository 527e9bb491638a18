"""Rows of routing, one noun a file."""

from .act import Act, RoutingPause
from .assignment import Assignment, Offer, Return, Timer
from .decision import Decision
from .file_import import FileImport
from .how_shared import Comment, GroupPage, Question
from .ledger import LedgerEntry, Share
from .merge import Merge
from .print import RosterPrint
from .proposal import Proposal
from .ruleset import Band, Rule, RuleSet, RuleSetVersion, SavedExample
from .simulation import Simulation

from .shared_draft import SharedDraft
__all__ = [
    "Act",
    "Assignment",
    "Band",
    "Comment",
    "Decision",
    "FileImport",
    "GroupPage",
    "LedgerEntry",
    "Merge",
    "Offer",
    "Proposal",
    "Question",
    "Return",
    "RosterPrint",
    "RoutingPause",
    "Rule",
    "RuleSet",
    "RuleSetVersion",
    "SavedExample",
    "Share",
    "Simulation",
    "Timer",
]
    "SharedDraft",
