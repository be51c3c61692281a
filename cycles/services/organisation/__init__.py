"""HR's mending of its records: units, posts, people, and who holds what.

Every verb takes the agency's lock first: two who rearrange the same tree take turns.
"""
