"""The room that turns report/ and metrics/ into a website, with Quarto or without."""
