"""Published weights: obtained, checked against weights.lock, read safely, converted."""
