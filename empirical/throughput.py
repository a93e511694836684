"""How fast networks train here: model-steps per second of ensembles, beside one network and a plain PyTorch loop.

    python -m grokdd.empirical.throughput --out results/throughput/NAME.json

A model-step is one update of one network. Every row of the table was measured in the same run on the same machine;
rounds go through all rows in turn, so that what else the machine does falls on all of them, and the fastest round
counts.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from ..analytic.errors import InputError, exit_code_of
from .configuration import Configuration
from .environment import environment
from .experiments import decay_1_plainly, decay_1_represented, division_mod_97
from .plain_division import PlainDivision
from .run_folder import write_json
from .run_settings import device_named, threads
from .stack import Stack

PLAIN = "plain loop"
ENSEMBLE = "ensemble"
REPRESENTING = "ensemble in the plain loop's setting"
"""With <eos>, and each of 100 unused symbols in the loss for 19 of the plain loop's 1900: its median steps lie in the
range of the plain loop (`results/README.md`); with the symbols of the task alone the train set is learned earlier."""


@dataclass(frozen=True)
class Case:
    """What is timed: `members` networks of a width, in a number format; the plain loop has one.

    Without `workers` a batch of all members computes with all threads of the machine; with them the members are shared
    among so many batches, side by side, each with one thread, as `run_ensemble` does.
    """

    name: str
    width: int
    members: int
    number_format: str
    workers: int | None = None


def cpu_cases() -> list[Case]:
    """Return the cases that a processor is measured on: width 128 as in the paper, and a small one."""
    formats = ("float32", "bfloat16") if multiplies_bfloat16() else ("float32",)
    cores = torch.get_num_threads()
    cases = [Case(PLAIN, 128, 1, "float32")]
    for number_format in formats:
        cases += [Case(ENSEMBLE, 128, members, number_format) for members in (1, 4)]
        for name in (ENSEMBLE, REPRESENTING):
            cases += [Case(name, 128, cores * each, number_format, cores) for each in (1, 2, 4)]
    return [*cases, *(Case(ENSEMBLE, 16, cores * each, "float32", cores) for each in (1, 4, 16))]


def multiplies_bfloat16() -> bool:
    """Return whether the processor has instructions for products of bfloat16 numbers, as far as Linux tells."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def cuda_cases() -> list[Case]:
    """Return the cases that a card is measured on."""
    sizes = {32: (1, 24, 96, 384), 128: (1, 4, 24, 96, 192), 256: (1, 24, 48)}
    return [
        Case(ENSEMBLE, width, members, number_format)
        for width, counts in sizes.items()
        for number_format in ("bfloat16", "tf32", "float32")
        for members in counts
    ]


def configuration_of(case: Case) -> Configuration:
    """Return the paper's setting for a case, or the public code's for the plain loop and for what is to be like it."""
    settings = {"network.width": case.width, "number_format": case.number_format, "optimizer.weight_decay": 1.0}
    if case.name == PLAIN:
        return decay_1_plainly(**settings)
    return decay_1_represented(**settings) if case.name == REPRESENTING else division_mod_97(**settings)


def measure_cases(
    cases: Sequence[Case], device: torch.device, *, steps: int, rounds: int, say: Callable[[str], None] = print
) -> list[dict[str, Any]]:
    """Return one row a case: its settings, model-steps per second of the fastest round, and work per model-step.

    Parameters
    ----------
    steps
        Updates of each case in all rounds together.
    rounds
        Times that every case has its turn.
    """
    if not steps >= rounds >= 1:
        raise InputError(f"rounds must lie in 1..steps = {steps}, got {rounds}")
    best = [0.0] * len(cases)
    work = [_work(case, device) for case in cases]
    for number in range(rounds):
        for place, case in enumerate(cases):
            best[place] = max(best[place], _rate(case, device, max(1, steps // rounds)))
            say(f"round {number + 1}: {case}: {best[place]:.1f} model-steps/s")
    return [
        vars(case) | {"model_steps_per_second": rate, "flop_per_model_step": flop}
        for case, rate, flop in zip(cases, best, work, strict=True)
    ]


def _trainers(case: Case, device: torch.device) -> list[Callable[[], None]]:
    """Return for each worker the function that makes one update of its members."""
    configuration = configuration_of(case)
    if case.name == PLAIN:
        return [PlainDivision(configuration).advance]
    members, workers = [configuration.changed({"seed": seed}) for seed in range(case.members)], case.workers or 1
    return [Stack(members[k::workers], device, case.number_format).advance for k in range(workers)]


def _rate(case: Case, device: torch.device, steps: int) -> float:
    trainers = _trainers(case, device)

    def train(advance: Callable[[], None], times: int) -> None:
        for _ in range(times):
            advance()

    with threads(1 if case.workers else torch.get_num_threads()), ThreadPoolExecutor(len(trainers)) as pool:
        list(pool.map(train, trainers, [min(3, steps)] * len(trainers)))
        _wait(device)
        started = time.perf_counter()
        list(pool.map(train, trainers, [steps] * len(trainers)))
        _wait(device)
        return steps * case.members / (time.perf_counter() - started)


def _work(case: Case, device: torch.device) -> float:
    """Return the floating-point operations in matrix products of one model-step, counted as they are made."""
    if case.name == PLAIN:
        advance = PlainDivision(configuration_of(case)).advance
    else:
        advance = Stack([configuration_of(case)], device, case.number_format, captured=False).advance
    with FlopCounterMode(display=False) as counter:
        advance()
    return float(counter.get_total_flops())


def matrix_rate(device: torch.device, number_format: str, size: int, seconds: float = 2.0) -> float:
    """Return this machine's own rate at a large square matrix product, the fastest one, in operations per second."""
    dtype = torch.bfloat16 if number_format == "bfloat16" else torch.float32
    a, b = torch.ones(size, size, dtype=dtype, device=device), torch.ones(size, size, dtype=dtype, device=device)
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if number_format == "tf32" else "highest")
    product, fastest, ends = a @ b, math.inf, time.perf_counter() + seconds
    while time.perf_counter() < ends:
        _wait(device)
        started = time.perf_counter()
        torch.mm(a, b, out=product)
        _wait(device)
        fastest = min(fastest, time.perf_counter() - started)
    torch.set_float32_matmul_precision(before)
    return 2 * size**3 / fastest


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def record(device: torch.device, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return rows with the machine they were measured on, its matrix rates, and what share of them each row reaches."""
    size = 8192 if device.type == "cuda" else 2048
    rates = {name: matrix_rate(device, name, size) for name in {row["number_format"] for row in rows}}
    for row in rows:
        used = row["model_steps_per_second"] * row["flop_per_model_step"]
        row["share_of_matrix_rate"] = used / rates[row["number_format"]]
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else None
    made_on = environment() | {"device": device.type, "device_name": name, "threads": torch.get_num_threads()}
    return {"environment": made_on, "matrix_rates": rates, "rows": rows}


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    prog = "python -m grokdd.empirical.throughput"
    parser = argparse.ArgumentParser(prog=prog, description="Model-steps per second.")
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N (default: cpu)")
    parser.add_argument("--steps", type=int, default=300, help="updates of each case (default: 300)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each case (default: 3)")
    chosen = parser.parse_args(arguments)

    def work() -> None:
        device = device_named(chosen.device)
        cases = cuda_cases() if device.type == "cuda" else cpu_cases()
        rows = measure_cases(cases, device, steps=chosen.steps, rounds=chosen.rounds)
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        write_json(chosen.out, record(device, rows))

    return exit_code_of("throughput", work)


if __name__ == "__main__":
    sys.exit(main())
