"""The configuration of a training run: everything that decides its numbers, validated at birth."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..analytic.errors import InputError
from .demands import demand_flags, demand_number, demand_one_of, demand_whole
from .kinds import as_tuple, build, flattened, from_settings, kind_of, to_settings
from .networks import Network, Transformer
from .optimization import AdamW, Optimizer
from .optimization.losses import FORMATS, LOSSES
from .tasks import BinaryOperation, Data, Split, Task, divide

NUMBER_FORMATS = ("auto", "float32", "tf32", "bfloat16", "float64")
RECORDS = ("task", "network", "optimizer")
"""The settings that are records of some kind."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """A network trained on a task. Defaults: division mod 97 as in Davies et al. (2022), Appendix B.

    Raises
    ------
    InputError
        If a setting is out of range or the parts do not fit each other; the message names the setting, its range and
        the way out.
    """

    task: Task = BinaryOperation()
    """What is learned."""
    split: Split = Split()
    """Which examples are trained on, and with which labels."""
    network: Network = Transformer()
    optimizer: Optimizer = AdamW(weight_decay=1e-5)
    seed: int = 0
    """Initial weights; and batch order and dropout, unless `batch_seed` says otherwise."""
    batch_seed: int | None = None
    """Batch order and dropout; None: as `seed`."""
    batch_size: int | None = 512
    """Examples per update, drawn without replacement within an epoch; None: the full train set."""
    loss: str = "cross_entropy"
    """"cross_entropy", "stablemax", "mse" or "hinge"."""
    loss_format: str = "float32"
    """In which numbers the loss is computed: "float32" or "float64", whatever the network computes in."""
    steps: int = 400_000
    """Updates, unless a stop rule ends the run earlier."""
    number_format: str = "auto"
    """"float32", "float64", "bfloat16" (autocast), "tf32" (on CUDA), or "auto": whichever of float32 and bfloat16 is
    faster here."""
    dense_evaluations_until: int = 120
    dense_evaluations_every: int = 2
    evaluation_ratio: float = 1.05
    """Evaluation every few steps at first, then at steps that grow by this factor, and after the last update."""
    checkpoint_every: int = 1000
    snapshot_ratio: float | None = None
    """Keep the weights at the first evaluation at or after each step that grows by this factor; None: keep none."""
    stop_test_accuracy: float | None = None
    """Stop once test accuracy has been at least this high at `stop_sustained` evaluations in a row; None: never."""
    stop_sustained: int = 3
    ragged_last_batch: bool = False
    """Whether the examples left over at the end of an epoch make one more, smaller batch instead of being skipped; a
    habit of the public code."""
    dropout_lost_in_evaluation: bool = False
    """Whether until step 1000 only the first batch of an epoch is trained with dropout; a habit of the public code,
    whose evaluation switches dropout off."""

    def __post_init__(self) -> None:
        _check_parts(self)
        _check_training(self)
        _check_schedule(self)

    @property
    def data(self) -> Data:
        """Examples, split and labels; made once for each task and split."""
        return _data(self.task, self.split)

    @property
    def batch(self) -> int:
        """Examples per update."""
        return self.batch_size or len(self.data.train)

    @property
    def chance(self) -> float:
        """Accuracy of guessing: one over the number of answers."""
        return 1 / self.data.shape.classes

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain JSON values."""
        settings = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        settings |= {role: to_settings(role, settings[role]) for role in RECORDS}
        settings["split"] = dataclasses.asdict(self.split)
        return json.loads(json.dumps(settings))

    @staticmethod
    def from_json(settings: Mapping[str, Any]) -> "Configuration":
        """Return the configuration that `to_json` wrote; InputError if a setting is unknown or of the wrong type."""
        missing = [f.name for f in dataclasses.fields(Configuration) if f.name not in settings]
        if missing:
            raise InputError(f"configuration must be one that this version of grokdd wrote: {missing[0]} is missing")
        return Configuration().changed(settings)

    def changed(self, settings: Mapping[str, Any]) -> "Configuration":
        """Return this configuration with other settings.

        Parameters
        ----------
        settings
            Values by name. A dotted name is a setting of a part, "network.width"; a part itself is a record or a
            table of settings, {"kind": "mlp", "hidden": [100]}, of which those not given have their defaults.

        Raises
        ------
        InputError
            If there is no such setting, or it does not fit.

        Examples
        --------
        >>> Configuration().changed({"network.width": 64, "seed": 3}).network.width
        64
        """
        whole = {name: value for name, value in settings.items() if "." not in name}
        new = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        for name, value in whole.items():
            new[name] = _part(name, value) if isinstance(value, Mapping) else as_tuple(value)
        inner: dict[str, dict[str, Any]] = {}
        for dotted, value in settings.items():
            name, dot, setting = dotted.partition(".")
            if dot:
                inner.setdefault(name, {})[setting] = value
        for name, changes in inner.items():  # all of a part at once: one may need the other
            new[name] = _part_changed(name, new.get(name), changes)
        return build(Configuration, new)

    @property
    def digest(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of the settings: the name of this configuration."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:16]

    def differences(self, other: "Configuration") -> str:
        """Return "setting: mine, not theirs" for each setting in which the two differ."""
        mine, theirs = flattened(self.to_json()), flattened(other.to_json())
        names = [*mine, *(name for name in theirs if name not in mine)]
        return "; ".join(
            f"{name}: {mine.get(name, 'none')}, not {theirs.get(name, 'none')}"
            for name in names
            if mine.get(name, "none") != theirs.get(name, "none")
        )


@lru_cache(maxsize=32)
def _data(task: Task, split: Split) -> Data:
    return divide(task.examples(), split)


def _part(name: str, settings: Mapping[str, Any]) -> object:
    if name == "split":
        return build(Split, settings)
    if name not in RECORDS:
        raise InputError(f"a table must be one of {', '.join(RECORDS)} or split, got {name!r}")
    return from_settings(name, settings)


def _part_changed(name: str, part: object, changes: Mapping[str, Any]) -> object:
    if name != "split" and name not in RECORDS:
        raise InputError(
            f"a dotted setting must begin with one of {', '.join(RECORDS)} or split, got {name}.{next(iter(changes))}"
        )
    held = {f.name: getattr(part, f.name) for f in dataclasses.fields(part)}  # pyright: ignore[reportArgumentType]
    return build(type(part), held | dict(changes))


def _check_parts(configuration: Configuration) -> None:
    for role in RECORDS:
        kind_of(role, getattr(configuration, role))
    if not isinstance(configuration.split, Split):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"split must be a Split, got {configuration.split!r}")
    configuration.network.weights(configuration.data.shape)


def _check_training(configuration: Configuration) -> None:
    demand_whole("seed", configuration.seed, 0)
    if configuration.batch_seed is not None:
        demand_whole("batch_seed", configuration.batch_seed, 0)
    demand_whole("steps", configuration.steps, 1)
    demand_whole("checkpoint_every", configuration.checkpoint_every, 1)
    demand_one_of("loss", configuration.loss, LOSSES)
    demand_one_of("loss_format", configuration.loss_format, FORMATS)
    demand_one_of("number_format", configuration.number_format, NUMBER_FORMATS)
    demand_flags(configuration, ("ragged_last_batch", "dropout_lost_in_evaluation"))
    if configuration.loss == "hinge" and configuration.data.shape.classes != 2:
        raise InputError(f"loss must not be hinge for a task of {configuration.data.shape.classes} classes")
    if configuration.batch_size is None:
        return
    demand_whole("batch_size", configuration.batch_size, 1)
    if configuration.batch_size > (most := len(configuration.data.train)):
        raise InputError(
            f"batch_size must be at most the size of the training set, {most}, got {configuration.batch_size}"
        )


def _check_schedule(configuration: Configuration) -> None:
    demand_whole("dense_evaluations_until", configuration.dense_evaluations_until, 0)
    demand_whole("dense_evaluations_every", configuration.dense_evaluations_every, 1)
    demand_whole("stop_sustained", configuration.stop_sustained, 1)
    demand_number("evaluation_ratio", configuration.evaluation_ratio, "a number above 1", 1 + 1e-9)
    if configuration.snapshot_ratio is not None:
        demand_number("snapshot_ratio", configuration.snapshot_ratio, "None or a number above 1", 1 + 1e-9)
    if configuration.stop_test_accuracy is not None:
        demand_number("stop_test_accuracy", configuration.stop_test_accuracy, "None or in (0, 1]", 1e-9, 1 + 1e-9)
