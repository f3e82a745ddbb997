"""The long tests use what the journeys use."""

from tests.journeys.conftest import calm_picture, install, lab

__all__ = ["calm_picture", "install", "lab"]
