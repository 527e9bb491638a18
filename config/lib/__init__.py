"""Tools without a domain word, for every app."""
