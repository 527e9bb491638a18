"""The pages of the first run: what the team is like, who is in it, and a test lead that is shared at once."""
