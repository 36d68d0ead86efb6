"""Assignment rules as values: which fits, which decides, and what is wrong with a set of them."""
