"""The same under its old name."""

from leads.reading import NO, YES, ArrivalSerializer, PlainText, arrival_of, spelled

__all__ = ["NO", "YES", "ArrivalSerializer", "PlainText", "arrival_of", "spelled"]
