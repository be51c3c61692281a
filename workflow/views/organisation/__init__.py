"""What HR keeps of its own agency: units, posts, people, and how they got into the system."""
