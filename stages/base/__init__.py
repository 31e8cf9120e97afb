"""What all stages share: parameters, the store, files, errors, the console."""
