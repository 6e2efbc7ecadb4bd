"""What a person or a program reads of profiles and of the shell, without a command line."""
