"""What is stored: tables, SQL, stores, import and export, the sample city, the private cluster."""
