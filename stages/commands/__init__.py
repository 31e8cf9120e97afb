"""What stands behind `plan`, `predict` and `diff`."""
