"""The statistics of the reports: small pure modules of the standard library, each held against work done elsewhere."""
