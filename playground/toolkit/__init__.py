"""What an agent's author reaches of a ChatKit UI, from inside a tool: the same in the page and in any other client."""
