"""The console: pages for administrators. ``routes`` is the table of contents."""
