"""Optimization: losses, optimizers as records of settings, and the update that moves a whole ensemble by one step."""

from .losses import FORMATS, LOSSES, losses_by_example, margins, mean_losses
from .optimizers import SGD, Adam, AdamW, Optimizer  # the import makes their kinds known
from .update import Update, structure

__all__ = [
    "FORMATS",
    "LOSSES",
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "Update",
    "losses_by_example",
    "margins",
    "mean_losses",
    "structure",
]
