"""The face: every page drawn with a fixed cast, and what must hold for all of them."""
