"""Two revisions of the project compared film by film."""
