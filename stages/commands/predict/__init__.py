"""Genres of trailers that belong to no corpus, by the models of one that was run."""
