"""The face of reporting: pages and API."""
