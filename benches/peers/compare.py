"""What all comparisons share: running programs in turn, medians, the table."""

import collections
import csv
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / "results" / "benchmarks"


def attempt(name, *commands, **options):
    """Runs commands; says so and gives False if one fails."""
    for command in commands:
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
        if done.returncode:
            print(f"{name}: left out: {' '.join(map(str, command))}: {done.stderr.strip()[-300:]}", file=sys.stderr)
            return False
    return True


def bench(name, *options):
    """The program of one of tierwise's own benchmarks, built."""
    command = ["cargo", "bench", *options, "--bench", name, "--no-run", "--message-format=json"]
    out = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    built = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return [b["executable"] for b in built if b.get("target", {}).get("name") == name and b.get("executable")][0]


def lines(command):
    """What a program prints."""
    done = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()


def measure(commands, benchmarks, runs, length):
    """{(benchmark, case, metric, unit): {program: median}}"""
    seen = collections.defaultdict(lambda: collections.defaultdict(list))
    for benchmark in benchmarks:
        for run in range(runs):
            print(f"{benchmark}: run {run + 1} of {runs}", file=sys.stderr)
            for name, command in commands.items():
                for *key, value in csv.reader(lines(command(benchmark, length))):
                    seen[tuple(key)][name].append(float(value))
    return {key: {n: statistics.median(v) for n, v in by_name.items()} for key, by_name in seen.items()}


def row(benchmark, case, peer, metric, unit, own, theirs):
    return [benchmark, case, peer, metric, unit, f"{own:.4g}", f"{theirs:.4g}", f"{own / theirs:.2f}"]


HEADER = ["benchmark", "case", "peer", "metric", "unit", "ours", "theirs", "ratio"]


def table(rows):
    rows = [HEADER, ["-" * len(h) for h in HEADER], *rows]
    widths = [max(len(r[i]) for r in rows) for i in range(len(HEADER))]
    return "\n".join("| " + " | ".join(c.ljust(w) for c, w in zip(r, widths)) + " |" for r in rows)


def machine():
    info = pathlib.Path("/proc/cpuinfo")
    told = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in told if line.startswith("model name")]
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.strip()
    python = platform.python_version()
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores; {rustc}; Python {python}"
