"""The configuration of a training run: everything that decides its numbers, validated at birth."""

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..analytic.errors import InputError

NUMBER_FORMATS = ("auto", "float32", "bfloat16", "float64")


@dataclass(frozen=True, kw_only=True)
class Quirks:
    """Habits of the public replication code ([davies-code]) that its paper does not mention, each a switch.

    All are off by default; `Quirks.public()` switches all of them on.
    """

    vocabulary_2000: bool = False
    """Embedding and unembedding have 2000 rows, most of which are never used; the softmax runs over all of them."""
    leading_eos: bool = False
    """Each equation begins with an end-of-sequence symbol, so that the network sees <eos> a / b =."""
    mlp_dropout: bool = False
    """Dropout of 0.1 after each MLP."""
    dropout_lost_in_evaluation: bool = False
    """Until step 1000 only the first batch of an epoch is trained with dropout: evaluation switches it off."""
    ragged_last_batch: bool = False
    """The examples left over at the end of an epoch make one more, smaller batch instead of being skipped."""

    @classmethod
    def public(cls) -> "Quirks":
        """Return all quirks at once: the network and batches of the public code."""
        return cls(**{switch.name: True for switch in dataclasses.fields(cls)})


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """A transformer trained on division modulo a prime. Defaults: Davies et al. (2022), Appendix B.

    Raises
    ------
    InputError
        If a setting is out of range; the message names it, its range and the way out.
    """

    modulus: int = 97
    """A prime p; the task has p (p - 1) equations a / b = c (mod p), b != 0."""
    train_fraction: float = 0.5
    """Share of the equations that are trained on, in (0, 1); the number is rounded as the public code does."""
    split_seed: int = 0
    """Which equations are trained on; 0 at modulus 97 and one half is the split of the public code."""
    seed: int = 0
    """Initial weights, batch order and dropout."""
    layers: int = 2
    width: int = 128
    heads: int = 1
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = 1e-5
    """Decoupled, as in AdamW; on every parameter."""
    warmup_steps: int = 10
    """Linear warm-up: the k-th update has k / warmup_steps of the learning rate."""
    batch_size: int = 512
    """Examples per update, drawn without replacement within an epoch."""
    steps: int = 400_000
    """Updates, unless the stop rule ends the run earlier."""
    number_format: str = "auto"
    """"float32", "float64", "bfloat16" (autocast), or "auto": whichever of float32 and bfloat16 is faster here."""
    dense_evaluations_until: int = 120
    dense_evaluations_every: int = 2
    evaluation_ratio: float = 1.05
    """Evaluation every few steps at first, then at steps that grow by this factor, and after the last update."""
    checkpoint_every: int = 1000
    stop_test_accuracy: float | None = None
    """Stop once test accuracy has been at least this high at `stop_sustained` evaluations in a row; None: never."""
    stop_sustained: int = 3
    quirks: Quirks = field(default_factory=Quirks)

    def __post_init__(self) -> None:
        _check_task(self)
        _check_network(self)
        _check_training(self)
        _check_schedule(self)

    @property
    def equations(self) -> int:
        """Number of equations of the task, p (p - 1)."""
        return self.modulus * (self.modulus - 1)

    @property
    def train_size(self) -> int:
        """Number of equations in the training set."""
        return round(self.equations * self.train_fraction)

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain JSON values."""
        return json.loads(json.dumps(dataclasses.asdict(self)))

    @staticmethod
    def from_json(settings: Mapping[str, Any]) -> "Configuration":
        """Return the configuration that `to_json` wrote; InputError if a setting is unknown or of the wrong type."""
        try:
            rest = dict(settings)
            quirks = Quirks(**rest.pop("quirks"))
            return Configuration(**rest | {"quirks": quirks, "betas": tuple(rest["betas"])})
        except (TypeError, KeyError, AttributeError) as error:
            raise InputError(f"configuration must be one that this version of grokdd wrote: {error}") from None

    @property
    def digest(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of the settings: the name of this configuration."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:16]

    def differences(self, other: "Configuration") -> str:
        """Return "setting: mine, not theirs" for each setting in which the two differ."""
        mine, theirs = self.to_json(), other.to_json()
        return "; ".join(f"{name}: {mine[name]}, not {theirs[name]}" for name in mine if mine[name] != theirs[name])


def is_prime(number: int) -> bool:
    """Return whether `number` is prime, by trial division."""
    return number >= 2 and all(number % divisor for divisor in range(2, math.isqrt(number) + 1))


def _demand_int(configuration: Configuration, *names: str, low: int) -> None:
    for name in names:
        value = getattr(configuration, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            raise InputError(f"{name} must be a whole number of at least {low}, got {value!r}")


def _demand_float(configuration: Configuration, name: str, demand: str, low: float, high: float = math.inf) -> None:
    value = getattr(configuration, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value < high:
        raise InputError(f"{name} must be {demand}, got {value!r}")


def _check_task(configuration: Configuration) -> None:
    _demand_int(configuration, "modulus", low=3)
    _demand_int(configuration, "split_seed", "seed", low=0)
    if configuration.split_seed >= 2**32:
        raise InputError(f"split_seed must be below 2**32, got {configuration.split_seed}")
    if configuration.modulus > 1000:
        raise InputError(
            f"modulus must be at most 1000 (the task has p (p - 1) equations), got {configuration.modulus}"
        )
    if not is_prime(configuration.modulus):
        raise InputError(f"modulus must be prime, or division has no answer; got {configuration.modulus}")
    _demand_float(configuration, "train_fraction", "between 0 and 1, both excluded", 0, 1)
    if not 0 < configuration.train_size < configuration.equations:
        raise InputError(
            f"train_fraction must leave at least one equation on each side, between 0 and 1, both excluded; "
            f"got {configuration.train_fraction} of {configuration.equations}"
        )


def _check_network(configuration: Configuration) -> None:
    _demand_int(configuration, "layers", "width", "heads", low=1)
    if configuration.width % configuration.heads:
        raise InputError(f"width must be a multiple of heads = {configuration.heads}, got {configuration.width}")
    if not isinstance(configuration.quirks, Quirks):
        raise InputError(f"quirks must be a Quirks, got {configuration.quirks!r}")
    if configuration.quirks.vocabulary_2000 and configuration.modulus + 3 > 2000:
        raise InputError(
            f"modulus must leave room for three symbols in a vocabulary of 2000, got {configuration.modulus}"
        )


def _check_training(configuration: Configuration) -> None:
    _demand_int(configuration, "steps", "batch_size", "checkpoint_every", low=1)
    _demand_int(configuration, "warmup_steps", low=0)
    _demand_float(configuration, "learning_rate", "a number above 0", 5e-324)
    _demand_float(configuration, "weight_decay", "a number of at least 0", 0)
    if configuration.batch_size > configuration.train_size:
        most = configuration.train_size
        raise InputError(
            f"batch_size must be at most the size of the training set, {most}, got {configuration.batch_size}"
        )
    if len(configuration.betas) != 2 or not all(0 <= beta < 1 for beta in configuration.betas):
        raise InputError(f"betas must be two numbers in [0, 1), got {configuration.betas}")
    if configuration.number_format not in NUMBER_FORMATS:
        raise InputError(
            f"number_format must be one of {', '.join(NUMBER_FORMATS)}, got {configuration.number_format!r}"
        )


def _check_schedule(configuration: Configuration) -> None:
    _demand_int(configuration, "dense_evaluations_until", low=0)
    _demand_int(configuration, "dense_evaluations_every", "stop_sustained", low=1)
    _demand_float(configuration, "evaluation_ratio", "a number above 1", 1 + 1e-9)
    if configuration.stop_test_accuracy is not None:
        _demand_float(configuration, "stop_test_accuracy", "None or in (0, 1]", 1e-9, 1 + 1e-9)
