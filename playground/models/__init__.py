"""The Models that answer: one per provider, all behind the SDK's Model interface."""
