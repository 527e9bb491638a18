"""The face of reps: pages and API."""
