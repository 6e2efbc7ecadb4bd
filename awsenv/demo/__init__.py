"""A stand-in for AWS on loopback, for ``awsenv demo`` and for the tests.

Unlike the mocks at hand it believes nobody: a request counts only when its signature does.
"""
