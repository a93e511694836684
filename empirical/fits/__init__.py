"""Pattern models fitted to training curves, and what one run lets be known of their parameters."""
