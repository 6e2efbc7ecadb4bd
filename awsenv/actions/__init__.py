"""What a command does, without a command line and without a terminal: whom it tells and asks is given to it."""
