"""Keeping the installation well: doctor, what needs attention, health, database, service."""
