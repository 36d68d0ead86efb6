"""Plans from draft to force: moves, judging, proposals, review, publication, comparison."""
