"""What was read, in short: a page sends it back, so that a save on top of another's is noticed; it tells no keys."""

import hashlib
import json


def of(*said: object) -> str:
    """The same for the same values, whatever they are."""
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:32]
