"""Rows of routing, one noun a file."""

from .act import Act, RoutingPause
from .assignment import Assignment, Offer, Return, Timer
from .audit import AuditRun
from .by_hand import Baseline, DeskTime, HandRule
from .decision import Decision
from .file_import import FileImport
from .how_shared import Comment, GroupPage, Question
from .ledger import LedgerEntry, Share
from .merge import Merge
from .print import RosterPrint
from .proposal import Proposal
from .ruleset import Band, Rule, RuleSet, RuleSetVersion, SavedExample
from .shared_draft import SharedDraft
from .simulation import Simulation

__all__ = [
    "Act",
    "Assignment",
    "AuditRun",
    "Band",
    "Baseline",
    "Comment",
    "Decision",
    "DeskTime",
    "FileImport",
    "GroupPage",
    "HandRule",
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
    "SharedDraft",
    "Simulation",
    "Timer",
]
