"""Predictions for any trailer, by the models of a run."""
