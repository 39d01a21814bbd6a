"""What a point is and how to travel between points: torch only, no model, no files, no page."""
