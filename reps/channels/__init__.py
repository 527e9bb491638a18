"""The shelf of channels, one file each."""
