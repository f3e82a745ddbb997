"""The catalogue: looking at it, choosing from it, keeping what was made of it up to date."""
