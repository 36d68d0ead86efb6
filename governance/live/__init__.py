"""Live events: the history told to whoever watches and may see it."""
