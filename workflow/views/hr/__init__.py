"""HR's desk: every page belongs to one cycle of an agency whose HR asks."""
