"""The judge: arrays of truths and scores in, numbers out. No files, no globals, no models."""
