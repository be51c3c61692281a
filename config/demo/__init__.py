"""The demo: two agencies in the middle of their year, and what only the demo shows."""
