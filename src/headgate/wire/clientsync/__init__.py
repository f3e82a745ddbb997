"""MS-WUSP, Windows computers to server: one file per operation, both directions in it."""
