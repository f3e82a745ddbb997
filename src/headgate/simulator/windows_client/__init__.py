"""Pretend Windows computers: described machines whose agent speaks the real dialogue over HTTP.

``machine`` says what a computer is, ``applicability`` what its agent makes of an update, ``client``
leads the dialogue of FACTS §2 to §9 and refuses what a real agent refuses.
"""
