"""One case a file, found by its name: BUDGET in seconds, rows(folder, budget) that yields Row."""
