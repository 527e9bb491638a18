"""Team: who shares what, who covers what, who can what, and who works when."""
