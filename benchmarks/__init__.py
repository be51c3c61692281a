"""`make bench`: what the product costs, as ratios to floors measured in the same run."""
