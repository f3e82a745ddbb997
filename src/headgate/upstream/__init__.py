"""The way to the update source: proxy, TLS, session, calls, downloads."""
