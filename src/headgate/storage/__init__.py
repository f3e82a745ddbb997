"""The database: tables, migrations, and functions that are questions in English."""
