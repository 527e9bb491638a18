"""Where leads come and nobody is: hours without anybody on duty, parts of the market that nobody covers."""
