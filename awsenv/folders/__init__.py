"""Folders bound to profiles: their .envrc, the organizations that ghq lays out, direnv."""
