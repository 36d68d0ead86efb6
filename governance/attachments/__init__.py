"""Photos, videos and files: received, looked into, kept."""
