"""What the kernels cost, beside other people's ways to the same numbers and beside the machine's own limits.

    case.py, timing.py           one piece of work done in several ways, and its times
    machine_limits.py            what the machine reaches at a matrix product and at a plain sum
    others.py                    other people's ways, those that are installed
    *_case.py                    the cases, one idea a file; all_cases.py lists them
    witnesses.py, errors_found.py  relative errors, against exact rationals and 50 digits
    claims.py                    what was asked for, and what a record says of it
    record.py, record_file.py    all of one run on one machine, and where it lies
    page.py, drawings.py         what is written from a record
    __main__.py                  the command that makes a record and all that follows from it

The modules of `benchmarks/` hand the same cases to pytest-benchmark.
"""
