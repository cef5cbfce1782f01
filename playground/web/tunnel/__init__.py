"""The public link: a tunnel from Gradio's share server, or one of your own, to our port."""
