"""Downloads a catalogue's trailers, and keeps a ledger of the outcomes."""
