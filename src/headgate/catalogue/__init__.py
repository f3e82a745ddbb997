"""The domain: what an update is. Frozen data and pure functions; no database, clock or network."""
