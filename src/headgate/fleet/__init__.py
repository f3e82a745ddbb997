"""Computers, the groups they are in, and what they say of updates."""
