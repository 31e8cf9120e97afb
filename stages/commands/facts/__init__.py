"""What machines read of a corpus: one record per approach, and Croissant metadata."""
