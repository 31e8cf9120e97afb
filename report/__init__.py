"""The report: thin pages, and the code that turns metrics/ into their figures, tables and words."""
