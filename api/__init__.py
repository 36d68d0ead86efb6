"""How GridGov is reached over HTTP: REST, tiles and the map's files."""
