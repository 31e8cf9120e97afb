"""Metrics, intervals and tests: arrays of truths and scores in, numbers out. No files, no models."""
