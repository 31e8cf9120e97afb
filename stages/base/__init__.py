"""What every room stands on: parameters, the store, files, errors, the console."""
