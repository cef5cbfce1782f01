"""The agents on offer: those that ship and those the owner names."""
