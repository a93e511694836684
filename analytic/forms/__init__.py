"""Closed forms as records, for any number of patterns: accuracies, derivatives, limits, and why they are equal."""
