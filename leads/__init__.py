"""The lead: its doors, its facts, its timeline."""
