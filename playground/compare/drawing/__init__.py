"""What is read, as HTML that can only be read: Markdown, templates, a lane's thread."""
