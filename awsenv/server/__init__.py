"""Container credentials of granted profiles, on a socket: for programs that outlive a session."""
