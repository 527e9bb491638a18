"""The project: settings, doors and the processes; it knows no domain word."""
