"""The demo's year, played through the door with the clock passed in; no state is written."""
