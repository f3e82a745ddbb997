"""The verbs of the shared settings, and the rules between them."""
