"""Codecs: bytes in, frozen messages out, and back. No I/O, no opinions about updates."""
