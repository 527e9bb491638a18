"""My availability: hours, time off, calendars, and what a change of them would do, before it is done."""
