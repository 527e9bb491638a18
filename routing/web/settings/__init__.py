"""Settings in one place: what holds for the whole company, part by part, for ops and admins."""
