"""Measures how far each way of sharing strays from what people were entitled to, on made-up teams: ours and rivals."""
