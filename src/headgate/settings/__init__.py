"""Settings: which keys exist, what they may be, where they come from, and the data directory.

*Local* settings belong to one process (``local``); *shared* ones are rows in the database, the same
for every process (``shared``). This floor knows keys, values, files and the environment; the rows
are read by ``storage``, and the rules between settings live in ``services.configuring``.
"""
