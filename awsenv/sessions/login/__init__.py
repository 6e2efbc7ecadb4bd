"""``aws login``: signing in with the console's own user. Sessions of 15 minutes, renewed for 12 hours."""
