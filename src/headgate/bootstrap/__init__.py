"""The composition root: the only place that knows everybody and reads the environment."""

from headgate.bootstrap.home import Home, find_database, handlers, open_home

__all__ = ["Home", "find_database", "handlers", "open_home"]
