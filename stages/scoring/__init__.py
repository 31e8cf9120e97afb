"""Metrics, intervals and tests: arrays of truths and scores in, numbers out; no files or models."""
