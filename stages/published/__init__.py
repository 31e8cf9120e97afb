"""Published features: tables of numbers that others computed from trailers."""
