"""Trailers: fetched, read as pictures and sound, looked through for copies."""
