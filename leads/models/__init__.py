"""Rows about leads, one noun a file."""

from .account import Account
from .attribute import Attribute
from .connection import Connection
from .contact import Contact, ContactKey
from .copied import CopiedMail, CopyAddress
from .delivery import Delivery
from .enrichment import CompanyRecord, EnrichmentAnswer, Lookup
from .event import LeadEvent, LeadEventPrivate
from .export import Export
from .facts import LeadFacts
from .first_reply import FirstReply, SentReply
from .follow_up import FollowUpStep, StepKind, WorkPlan
from .form import FormAnswer, FormEnding, FormItem, Verdict, WebForm
from .hook import Hook, HookDelivery
from .inbound import Inbound
from .intake import IdempotencyKey, Intake
from .key import ApiKey
from .lead import AccountHow, Lead
from .mailbox import Mailbox
from .private import LeadPrivate
from .qualification import QualificationRule, ScoreBand, ScoreRow
from .saved_view import SavedView
from .stage import Stage
from .task import Task
from .touch import Touch

__all__ = [
    "Account",
    "AccountHow",
    "ApiKey",
    "Attribute",
    "CompanyRecord",
    "Connection",
    "Contact",
    "ContactKey",
    "CopiedMail",
    "CopyAddress",
    "Delivery",
    "EnrichmentAnswer",
    "Export",
    "FirstReply",
    "FollowUpStep",
    "FormAnswer",
    "FormEnding",
    "FormItem",
    "Hook",
    "HookDelivery",
    "IdempotencyKey",
    "Inbound",
    "Intake",
    "Lead",
    "LeadEvent",
    "LeadEventPrivate",
    "LeadFacts",
    "LeadPrivate",
    "Lookup",
    "Mailbox",
    "QualificationRule",
    "SavedView",
    "ScoreBand",
    "ScoreRow",
    "SentReply",
    "Stage",
    "StepKind",
    "Task",
    "Touch",
    "Verdict",
    "WebForm",
    "WorkPlan",
]
