"""The Gradio page: a ChatKit client like any other, in process."""
