"""MS-WSUSSS, server to server: one file per operation, both directions in it."""
