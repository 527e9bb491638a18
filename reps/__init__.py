"""The people: who works leads, in which groups, and when."""
