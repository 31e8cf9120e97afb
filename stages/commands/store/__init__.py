"""What the store holds, what the corpora need of it, and what none needs any more."""
