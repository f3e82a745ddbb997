"""Headgate: an update server for Windows fleets that runs on Linux."""

__version__ = "0.1.0"
