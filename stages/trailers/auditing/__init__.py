"""Leaks between films: the same picture or sound under different film ids."""
