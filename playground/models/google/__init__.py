"""Gemini, on Google's Interactions API or on generateContent, answering with the events of Responses."""
