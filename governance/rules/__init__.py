"""Assignment rules: stored, changed, tried on the past, told."""
