"""The components of the page, one file each, without behaviour."""
