"""The verbs of telling people: news, deadlines, post."""
