"""Corpora: the pipeline of each, written from that of the default one, and new ones."""
