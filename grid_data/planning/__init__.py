"""Plans as stored: read, written step by step, published, taken back, compared."""
