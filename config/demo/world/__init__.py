"""The demo's two cities: who works where, and what they write in an appraisal year.

Pure facts and texts, the same every time for the same seed; nothing here touches the database.
Every person, number, address and letter is invented; the places and the posts are real.
"""
