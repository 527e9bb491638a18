"""An invented company for `make demo`: its team, its rules, ninety days of leads, and new ones trickling in."""
