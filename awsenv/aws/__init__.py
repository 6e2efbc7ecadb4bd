"""The ground under everything that talks to AWS: clients and their deadline, sessions, how one is wanted and by whom, stored tokens."""
