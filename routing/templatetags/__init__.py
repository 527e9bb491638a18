"""Tags of routing for pages of others."""
