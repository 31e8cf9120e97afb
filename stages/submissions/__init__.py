"""Systems of which there are scores alone: what may be sent in, and how it becomes an approach."""
