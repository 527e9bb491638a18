"""The face of routing: pages and API."""
