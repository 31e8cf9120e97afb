"""What a reviewer asks of a backbone family before it runs, and records to start one from."""
