"""Synchronizing: the way to the source, its test, the set-up, start and history."""
