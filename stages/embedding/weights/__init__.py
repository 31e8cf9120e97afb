"""Published weights: obtained, held against weights.lock, read without harm, converted."""
