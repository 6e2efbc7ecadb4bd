"""``.env`` files: their text, which of them hold a session, and the compose files beside them."""
