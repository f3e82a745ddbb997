"""From an update document to what the catalogue knows and what clients will be sent. Pure."""
