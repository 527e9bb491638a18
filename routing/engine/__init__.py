"""What decides who gets a lead: pure, without clock, randomness, environment or Django."""
