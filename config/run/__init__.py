"""Everything on one machine: the embedded servers and the supervisor that starts, watches and stops all processes."""
