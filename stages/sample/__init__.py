"""Renders sample trailers: films that do not exist, with planted, known genre cues."""
