"""The one signal: a lead is ready, so whoever routes may wake; a sweeper finds what it missed."""

from django.dispatch import Signal

lead_ready = Signal()
