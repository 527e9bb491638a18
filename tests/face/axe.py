"""The automated accessibility check: what axe calls serious or critical, in one line each."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = {"serious", "critical"}
OPTIONS: dict[str, Any] = {"resultTypes": ["violations"]}


def grave(page: Page) -> list[str]:
    """Every serious violation on an open page: rule, where, and what to do."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '').splitlines()[-1:]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
