"""What departments ask the database: figures, facilities, people, overlap of zones."""
