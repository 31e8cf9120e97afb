"""Sample trailers: films that do not exist, with genre cues that are planted and known."""
