"""Texts in a CSV that a spreadsheet would run as formulas.

See https://owasp.org/www-community/attacks/CSV_Injection.
"""

import re

# and one that already looks as if its apostrophe had been added here
FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def escape_formula(text: str) -> str:
    """Text for a CSV's cell: with an apostrophe before it where a spreadsheet would run it."""
    return f"'{text}" if FORMULA.match(text) else text


def unescape_formula(cell: str) -> str:
    """The text from which `escape_formula` made a cell."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
