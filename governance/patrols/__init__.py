"""What grid workers do: urgent tasks, patrol points, duty, guidance, the day's report."""
