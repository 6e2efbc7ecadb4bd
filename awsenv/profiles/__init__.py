"""The two AWS files: read into profiles, each value with its file and line."""
