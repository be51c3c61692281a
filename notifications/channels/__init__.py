"""The ways to a person, each a small module behind one `send`."""
