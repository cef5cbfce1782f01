"""Claude, on Anthropic's Messages, answering with the events of Responses."""
