"""Studies: what the papers claim about training, each as a question that runs can answer with no."""
