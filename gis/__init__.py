"""Where: pure geometry on numpy, shapely and pyproj. No database, no HTTP, no settings."""
