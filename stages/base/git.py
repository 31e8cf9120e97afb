"""What git knows of this clone; nothing where the program is not installed."""

import subprocess


def ask(*arguments: str) -> str:
    """What git answers, on one line; "" where it knows no answer or is not installed."""
    try:
        found = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""
