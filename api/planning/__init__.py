"""Plans over HTTP: made, moved, proposed, judged, put into force, compared."""
