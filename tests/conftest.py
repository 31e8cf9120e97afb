"""For all tests: as in every stage, torch's threads wait by sleeping (see stages.console)."""

import stages.console  # noqa: F401
