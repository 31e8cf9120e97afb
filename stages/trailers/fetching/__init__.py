"""The download room: a catalogue's trailers as files, and a ledger of what became of each."""
