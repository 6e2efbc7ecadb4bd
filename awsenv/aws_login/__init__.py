"""`aws login`: the sign-in of a console user."""
