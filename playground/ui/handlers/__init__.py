"""What the page does: async functions on values. No component is named here, and no Gradio is imported."""
