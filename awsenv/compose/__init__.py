"""Compose projects: what will run, who that acts as, and how it is brought to awsenv's session."""
