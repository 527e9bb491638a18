"""The pictures of the reports: where their parts stand, and what they say of nothing, of one lead, of a house."""
