"""What decides who gets a lead, and writes it down."""
