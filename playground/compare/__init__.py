"""Side by side: what lanes did, compared. Pure wherever it can be, and never a part of the page."""
