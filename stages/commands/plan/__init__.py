"""What a matrix needs and will cost, said before anything runs."""
