"""The hold model on SimPy: timeouts whose callback sets the next, without processes (benches/engine/hold.rs)."""

import itertools
import math
import sys
import time

import simpy

GAPS = 1 << 14


def uniforms(state=1):
    """SplitMix64, as the other programs have it."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        yield ((z ^ z >> 31) >> 11) / 2**53


def measure(pending, holds):
    draw = uniforms()

    def gap():
        u, _ = next(draw), next(draw)
        return round(-math.log(1 - u) * 1e9) * 1e-9

    gaps = itertools.cycle([gap() for _ in range(GAPS)])
    env = simpy.Environment()

    def again(_):
        env.timeout(next(gaps)).callbacks.append(again)

    for _ in range(pending):
        env.timeout(gap()).callbacks.append(again)
    for _ in range(pending):
        env.step()
    clock, begun = env.now, time.perf_counter()
    for _ in range(holds):
        env.step()
    seconds = time.perf_counter() - begun
    for metric, unit, value in [
        ("count", "1", holds),
        ("wall", "s", seconds),
        ("clock", "s", clock),
        ("holds", "1/s", holds / seconds),
    ]:
        print(f"hold,exponential {pending},{metric},{unit},{value}")


for pending in (1_000, 100_000, 1_000_000):
    measure(pending, int(2e5 * float(sys.argv[1])))
