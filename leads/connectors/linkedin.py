"""LinkedIn Lead Sync: lead gen forms of ads, events and product pages."""

import json
import re
from typing import Any, ClassVar
from urllib.parse import quote

from config.lib import signing
from leads.connector import (
    Answer,
    Came,
    Configured,
    Door,
    Example,
    Ignored,
    Kind,
    NewLead,
    News,
    Noted,
    Setting,
    Source,
    UnansweredError,
    UnreadableError,
    Who,
)

_API = "https://api.linkedin.com/rest"
_CODE = re.compile(r"[A-Za-z0-9-]{1,100}")


class LinkedIn(Source):
    """Takes the leads of LinkedIn lead gen forms; LinkedIn sends an id, and the answers are fetched with it.

    LinkedIn must approve your developer app for Lead Sync (scope `r_marketing_leadgen_automation`), which takes
    weeks. Until then use a Zap, or import the CSV that Campaign Manager exports.

    1. Add the connection: the app's client secret and an access token. Copy the address; it must be reachable by
       https.
    2. In the developer portal, *Webhooks*, add the address. LinkedIn asks it a riddle at once and every two hours; it
       is answered here. Three wrong answers block the address.
    3. Subscribe: `POST /rest/leadNotifications` with `{"webhook": ADDRESS, "owner": {"sponsoredAccount": URN},
       "leadType": "SPONSORED"}`.

    Deliveries are signed with the client secret. When somebody deletes their answers at LinkedIn, the owner of the
    lead (or the managers) are told to erase them here. Set the API version in months, as LinkedIn retires old ones.
    """

    name = "linkedin"
    label = "LinkedIn Lead Sync"
    keeps_rest = True
    settings: ClassVar = (
        Setting("client_secret", "Client secret", kind=Kind.SECRET, required=True),
        Setting("token", "Access token", kind=Kind.SECRET, required=True),
        Setting("version", "API version", "Year and month, like 202610.", default="202610"),
    )
    MAPPING: ClassVar = {
        "first_name": ["FIRST_NAME", "First name"],
        "last_name": ["LAST_NAME", "Last name"],
        "email": ["WORK_EMAIL", "EMAIL", "Email address"],
        "phone": ["WORK_PHONE_NUMBER", "PHONE_NUMBER", "Phone number"],
        "company": ["COMPANY_NAME", "Company name"],
        "job_title": ["JOB_TITLE", "Job title"],
        "city": "CITY",
        "region": "STATE",
        "country": "COUNTRY",
        "postal_code": "POSTAL_CODE",
        "profile_url": ["LINKEDIN_PROFILE_LINK", "LinkedIn profile"],
        "employees": "COMPANY_SIZE",
        "industry": "INDUSTRY",
    }
    examples: ClassVar = (
        Example(
            name="a lead",
            body='{"type": "LEAD_ACTION", "leadGenFormResponse": "urn:li:leadGenFormResponse:abc-1",'
            ' "leadGenForm": "urn:li:leadGenForm:31", "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:5"},'
            ' "leadType": "SPONSORED", "leadAction": "CREATED", "occurredAt": 1711234567890}',
            secrets={"client_secret": "made-up", "token": "made-up"},
            answers={
                "/leadFormResponses/abc-1": {
                    "submittedAt": 1711234567890,
                    "formResponse": {
                        "answers": [
                            {"questionId": 1, "answerDetails": {"textQuestionAnswer": {"answer": "Ann"}}},
                            {"questionId": 2, "answerDetails": {"textQuestionAnswer": {"answer": "Bauer"}}},
                            {
                                "questionId": 3,
                                "answerDetails": {"textQuestionAnswer": {"answer": "ann.bauer@example.net"}},
                            },
                            {"questionId": 4, "answerDetails": {"multipleChoiceAnswer": {"options": [7]}}},
                        ]
                    },
                },
                "/leadForms/31": {
                    "content": {
                        "questions": [
                            {"questionId": 1, "predefinedField": "FIRST_NAME"},
                            {"questionId": 2, "predefinedField": "LAST_NAME"},
                            {"questionId": 3, "predefinedField": "EMAIL"},
                            {
                                "questionId": 4,
                                "name": "Team size",
                                "questionDetails": {
                                    "multipleChoiceQuestionDetails": {
                                        "options": [{"id": 7, "text": {"value": "11-50"}}]
                                    }
                                },
                            },
                        ]
                    }
                },
            },
            gives={
                "external_id": "urn:li:leadGenFormResponse:abc-1",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "channel": "ad",
                "answers": {"Team size": "11-50"},
            },
        ),
    )

    def greet(self, came: Came, configured: Configured) -> Answer | None:
        """The riddle: HMAC-SHA256 of the code by the client secret, in hexadecimal."""
        if came.method != "GET":
            return None
        code = came.query.get("challengeCode", "")
        secret = configured.secret("client_secret")
        # Anything else could be a delivery of the asker's own, which this answer would sign for them.
        if not _CODE.fullmatch(code) or not secret:
            return Answer('{"error": "challengeCode or the client secret is missing"}', status=400)
        told = {"challengeCode": code, "challengeResponse": signing.hex_of(secret.encode(), code.encode())}
        return Answer(json.dumps(told))

    def verify(self, came: Came, configured: Configured) -> None:
        """HMAC-SHA256 of `hmacsha256=` and the raw body, in lower-case hexadecimal."""
        given = came.header("x-li-signature").removeprefix("hmacsha256=")
        secrets = configured.secrets.get("client_secret", ())
        signing.check(given, [signing.hex_of(secret.encode(), b"hmacsha256=" + came.body) for secret in secrets])

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """The answers' own name, and what happened to them."""
        body = came.object
        return f"{body.get('leadAction')}:{body.get('leadGenFormResponse')}"[:200]

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """One lead, fetched by its id; or word that its answers were deleted."""
        body = came.object
        response = body.get("leadGenFormResponse")
        if body.get("type") != "LEAD_ACTION" or not isinstance(response, str):
            return [Ignored("This is no news of a lead.")]
        if body.get("leadAction") == "DELETED":
            told = "LinkedIn says that this person deleted their answers: erase their data here."
            return [Noted(f"deleted:{response}"[:200], Who(lead_id=response), told, tell=True)]
        headers = {
            "Authorization": f"Bearer {configured.secret('token')}",
            "LinkedIn-Version": configured.setting("version") or "202610",
            "X-Restli-Protocol-Version": "2.0.0",
        }
        answered = door.get(f"{_API}/leadFormResponses/{_number(response)}", headers=headers)
        form = door.get(f"{_API}/leadForms/{_number(body.get('leadGenForm'))}", headers=headers)
        if not isinstance(answered, dict) or not isinstance(form, dict):
            raise UnansweredError("LinkedIn does not give the answers yet.")
        return [
            NewLead(response[:200], _facts(answered, form), {"channel": "ad"}, test=answered.get("testLead") is True)
        ]


def _number(urn: object) -> str:
    """The last part of a name such as urn:li:leadGenForm:31, fit for an address."""
    last = urn.rpartition(":")[2] if isinstance(urn, str) else ""
    if not last:
        raise UnreadableError("leadGenForm or leadGenFormResponse is missing.")
    return quote(last, safe="")


def _facts(answered: dict[str, Any], form: dict[str, Any]) -> dict[str, Any]:
    """Answers under the question's standard name, else its own."""
    questions = {q.get("questionId"): q for q in _list(form.get("content"), "questions")}
    facts = {}
    for answer in _list(answered.get("formResponse"), "answers"):
        question = questions.get(answer.get("questionId"), {})
        name = question.get("predefinedField") or question.get("name") or f"question {answer.get('questionId')}"
        facts[str(name)] = _said(answer.get("answerDetails"), question)
    return facts


def _list(holder: object, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _said(details: object, question: dict[str, Any]) -> object:
    if not isinstance(details, dict):
        return None
    text = details.get("textQuestionAnswer")
    if isinstance(text, dict):
        return text.get("answer")
    chosen = details.get("multipleChoiceAnswer")
    picked = chosen.get("options") if isinstance(chosen, dict) else None
    choices = question.get("questionDetails", {})
    offered = _list(choices.get("multipleChoiceQuestionDetails") if isinstance(choices, dict) else None, "options")
    names = {o.get("id"): (o.get("text") or {}).get("value") for o in offered if isinstance(o.get("text"), dict)}
    return [names.get(one, one) for one in picked] if isinstance(picked, list) else None


connector = LinkedIn()
