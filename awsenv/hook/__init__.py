"""What runs in a shell, and what it asks: a shell notices, ``hook-env`` decides."""
