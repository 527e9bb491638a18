"""Keeps the spells of ownership in figures: what they are made of, and when they are made anew."""
