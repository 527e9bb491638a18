"""Web forms: what they may ask, how what was sent is read, judged, held back or taken."""
