"""The background journeys: synchronize, import, fetch files."""
