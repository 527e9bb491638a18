"""Reads a person out of a mail: its text, what a template finds in it, whose it was before a colleague forwarded it."""
