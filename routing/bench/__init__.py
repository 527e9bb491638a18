"""Measures the main path: deciding alone, and leads from ready to assigned, as ratios inside one run."""
