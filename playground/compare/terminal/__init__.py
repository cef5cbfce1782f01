"""What the command needs: prompts in, lanes or a batch asked, tables out."""
