"""The edge model on SimPy: one process a device, one a task, resources for uplinks and servers (benches/engine/edge.rs)."""

import random
import sys
import time

import simpy

DEVICES, TO_CLOUD = 1000, 0.3
END = 100.0 * float(sys.argv[1])  # simulated seconds: a tenth of what the compiled simulators run

env = simpy.Environment()
draw = random.Random(1)
uplinks = [simpy.Resource(env) for _ in range(DEVICES)]
edge, cloud = simpy.Resource(env, 16), simpy.Resource(env, 8)
tasks, sojourns = 0, []


def device(uplink):
    while True:
        yield env.timeout(draw.expovariate(1.0))
        if env.now >= END:
            return
        env.process(task(uplink))


def task(uplink):
    global tasks
    born = env.now
    with uplink.request() as turn:
        yield turn
        yield env.timeout(draw.expovariate(10.0))
    server, rate, propagation = (cloud, 100.0, 0.02) if draw.random() < TO_CLOUD else (edge, 50.0, 0.001)
    yield env.timeout(propagation)
    with server.request() as turn:
        yield turn
        yield env.timeout(draw.expovariate(rate))
    yield env.timeout(propagation)
    tasks += 1
    if born >= END / 50:
        sojourns.append(env.now - born)


for uplink in uplinks:
    env.process(device(uplink))
begun = time.perf_counter()
env.run()
seconds = time.perf_counter() - begun
for metric, unit, value in [
    ("count", "1", tasks),
    ("wall", "s", seconds),
    ("mean sojourn", "s", sum(sojourns) / len(sojourns)),
    ("tasks", "1/s", tasks / seconds),
    ("events", "1/s", 5 * tasks / seconds),
]:
    print(f"edge,explicit,{metric},{unit},{value}")
