"""Wakes the router when a lead is ready."""
