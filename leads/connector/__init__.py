"""The shape of a connector: code for one vendor, a source of news or an enricher; each on the shelf `connectors/`.

A connector knows nothing of our rows: it turns what came into news, or what is known of a lead into more facts.
What ops fill in for one installation (a `Setting` each) stands in the `Connection`.
"""

from leads.connector.came import Came, UnreadableError, json_in
from leads.connector.enricher import Asked, Enricher
from leads.connector.news import Contacted, Copied, Ignored, NewLead, News, Noted, Who
from leads.connector.plug import Configured, Connector, Door, Example, Kind, Setting, UnansweredError
from leads.connector.source import HOST_KEEPS, ONLY_FROM, Answer, Mapping_, Posted, Source

__all__ = [
    "HOST_KEEPS",
    "ONLY_FROM",
    "Answer",
    "Asked",
    "Came",
    "Configured",
    "Connector",
    "Contacted",
    "Copied",
    "Door",
    "Enricher",
    "Example",
    "Ignored",
    "Kind",
    "Mapping_",
    "NewLead",
    "News",
    "Noted",
    "Posted",
    "Setting",
    "Source",
    "UnansweredError",
    "UnreadableError",
    "Who",
    "json_in",
]
