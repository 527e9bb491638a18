"""The automated accessibility check: what axe calls serious or critical, in one line each."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = {"serious", "critical"}
OPTIONS: dict[str, Any] = {"resultTypes": ["violations"]}


def grave(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """Every serious violation on an open page, of all rules or some: rule, where, and what to do."""
    options = OPTIONS | ({"runOnly": {"type": "rule", "values": rules}} if rules else {})
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '').splitlines()[-1:]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
