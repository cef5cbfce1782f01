"""Files that visitors attach: taken in, checked, kept, and handed to models."""
