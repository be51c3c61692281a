"""What the person at the terminal is told when something cannot be run."""


class CannotRun(Exception):
    """One sentence that says what is wrong and what to do. Shown as it is, without traceback."""
