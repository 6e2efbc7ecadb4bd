"""awsenv puts the right AWS credentials into the shell you are standing in."""

__version__ = "0.1.0"
