"""What `grokdd derive MODEL --report DIR` leaves: statements about a model, each with how it was verified."""
