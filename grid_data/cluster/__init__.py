"""The private PostgreSQL + PostGIS cluster: its programs, folder, settings and processes."""
