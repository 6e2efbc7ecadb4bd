"""An ``.envrc``: its ``use_aws`` line and what else is read of it, what a person trusts, ghq and direnv."""
