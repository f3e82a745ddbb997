"""Schema changes, append-only and told in order; see ``versions``."""
