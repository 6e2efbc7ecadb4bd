"""Signing in to IAM Identity Center, its tokens in the AWS CLI's cache, and what it gives."""
