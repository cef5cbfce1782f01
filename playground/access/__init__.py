"""Who is let in, and who is not any more: links, tokens, the owner, the kill switch."""
