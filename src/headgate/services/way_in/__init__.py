"""How computers and people reach this server: its names, addresses and certificate."""
