"""The ``curate`` command: each command parses, calls one function of its room, and prints what it returns."""
