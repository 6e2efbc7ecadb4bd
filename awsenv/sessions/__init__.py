"""Profiles into sessions: the slow half."""
