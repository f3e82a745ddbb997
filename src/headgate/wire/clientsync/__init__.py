"""MS-WUSP: what Windows computers say to an update server, one file per operation."""
