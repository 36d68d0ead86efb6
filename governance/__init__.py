"""Who does what by when: intake and its routing, and what a person may do."""
