"""A Microsoft Update of our own: worlds we make up, served as MS-WSUSSS."""
