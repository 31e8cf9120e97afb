"""Two revisions of the project held against each other, film by film."""
