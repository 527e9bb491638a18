"""Salesforce outbound messages: a flow or workflow that sends leads as SOAP."""

import hashlib
from collections.abc import Iterator
from typing import ClassVar
from xml.etree.ElementTree import Element

import defusedxml.ElementTree as SafeXML
from defusedxml import DefusedXmlException

from config.lib import signing
from leads.connector import Answer, Came, Configured, Door, Example, NewLead, News, Setting, Source, UnreadableError

_ACK = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
    'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>'
    "</soapenv:Body></soapenv:Envelope>"
)


class OutboundMessage(Source):
    """Takes leads that a Salesforce flow sends as an outbound message, up to 100 in one.

    1. Add the connection, enter your organisation's id, and copy the address.
    2. In Salesforce, *Setup*, *Outbound Messages*, make one for the object *Lead*. Endpoint: the address. Choose the
       fields to send: at least Id, FirstName, LastName, Company, Email, Phone, Country. Leave *Send Session ID* off.
    3. Make a record-triggered flow on Lead that sends it when a lead is made.

    Salesforce signs nothing; the organisation's id in the message must be yours, and the address is secret. It
    repeats a message for up to a day until it is acknowledged, in any order: a lead's id is taken once.
    """

    name = "salesforce_outbound"
    label = "Salesforce outbound message"
    signed = False
    keeps_rest = True
    settings: ClassVar = (Setting("organization", "Organisation id", "It begins with 00D.", required=True),)
    MAPPING: ClassVar = {
        "first_name": "FirstName",
        "last_name": "LastName",
        "company": "Company",
        "email": "Email",
        "phone": ["Phone", "MobilePhone"],
        "job_title": "Title",
        "website": "Website",
        "city": "City",
        "region": ["State", "StateCode"],
        "postal_code": "PostalCode",
        "country": ["CountryCode", "Country"],
        "industry": "Industry",
        "employees": "NumberOfEmployees",
        "source": "LeadSource",
        "message": "Description",
        "answers.rating": "Rating",
        "answers.revenue": "AnnualRevenue",
    }
    examples: ClassVar = (
        Example(
            name="a message with one lead",
            body='<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
            'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><notifications '
            'xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>00D000000000001AAA</OrganizationId>'
            "<ActionId>04k000000000001</ActionId><SessionId xsi:nil='true'/><Notification><Id>04l000000000001</Id>"
            '<sObject xsi:type="sf:Lead" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">'
            "<sf:Id>00Q000000000001</sf:Id><sf:FirstName>Ann</sf:FirstName>"
            "<sf:LastName>Bauer</sf:LastName><sf:Company>Bauer Marine</sf:Company>"
            "<sf:Email>ann.bauer@example.net</sf:Email><sf:CountryCode>DE</sf:CountryCode><sf:Team__c>20</sf:Team__c>"
            "</sObject></Notification></notifications></soapenv:Body></soapenv:Envelope>",
            content_type="text/xml; charset=utf-8",
            settings={"organization": "00D000000000001"},
            gives={
                "external_id": "00Q000000000001",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "company": "Bauer Marine",
                "country": "DE",
                "channel": "CRM",
                "answers": {"Team__c": "20"},
            },
        ),
    )

    def verify(self, came: Came, configured: Configured) -> None:
        """The organisation's id: its first 15 characters say which."""
        given = _text(_parsed(came), "OrganizationId")
        signing.check_key(given[:15], [configured.setting("organization")[:15]], what="organisation id")

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """The ids of its notifications."""
        ids = sorted(_text(one, "Id") for one in _children(_parsed(came), "Notification"))
        return hashlib.sha256(",".join(ids).encode()).hexdigest() if all(ids) and ids else ""

    def answer(self, came: Came, configured: Configured) -> Answer:
        """The acknowledgement Salesforce waits for."""
        return Answer(_ACK, "text/xml; charset=utf-8")

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """A lead for each notification."""
        news: list[News] = []
        for one in _children(_parsed(came), "Notification"):
            record = next(_children(one, "sObject"), None)
            if record is None:
                raise UnreadableError("Notification.sObject is missing.")
            facts = {_name(field): (field.text or "").strip() for field in record}
            number = facts.pop("Id", "")
            news.append(NewLead(number[:200], facts, {"channel": "CRM"}))
        return news


def _parsed(came: Came) -> Element:
    """The notifications; entities and doctypes are refused, as they can be bombs. Raises UnreadableError."""
    try:
        root = SafeXML.fromstring(came.body, forbid_dtd=True)
    except (SafeXML.ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise UnreadableError(f"The body is no XML that is read here: {type(error).__name__}.") from error
    found = next((one for one in root.iter() if _name(one) == "notifications"), None)
    if found is None:
        raise UnreadableError("notifications is missing.")
    return found


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element if _name(one) == name)


def _text(element: Element, name: str) -> str:
    return next(((one.text or "").strip() for one in _children(element, name)), "")


connector = OutboundMessage()
