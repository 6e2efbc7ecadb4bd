"""IAM Identity Center: signing in, listing accounts and roles, and the profiles that come of them."""
