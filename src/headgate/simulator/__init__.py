"""Peers we can play ourselves. Speaks HTTP to the server and imports nothing of it."""
