"""Hooks: what happens to leads is told to addresses of others, signed, tried again, and written down."""
