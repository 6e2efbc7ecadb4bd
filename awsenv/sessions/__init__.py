"""A profile's session: from its record, or got by its provider."""
