"""Makes a lead ready to route: normalise, match, freeze the facts."""
