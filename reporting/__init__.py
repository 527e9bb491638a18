"""What reads and tells: the board, reports, exports."""
