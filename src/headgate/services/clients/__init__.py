"""What Windows computers ask, answered: the handshake, scans, details, files, reports."""
