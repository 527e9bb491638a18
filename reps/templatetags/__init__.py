"""Template tags of the face: words, marks and pictures; any app's pages may load them."""
