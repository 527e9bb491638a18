"""The face of leads: pages and API."""
