"""Small scenarios on SimPy, which `tests/engine/peers.rs` has tierwise simulate too.

`python3 queues.py SCENARIO REPLICATIONS REQUESTS` prints mean and 95th percentile of the latency in milliseconds, one
line a replication. Requests arrive as a Poisson process; the first tenth of them is not counted.
"""

import random
import sys

import simpy


class Queue:
    """Servers with one line, first come, first served: a node, or with one server a link."""

    def __init__(self, env, servers):
        self.env, self.servers = env, simpy.Resource(env, servers)

    def serve(self, work):
        with self.servers.request() as turn:
            yield turn
            yield self.env.timeout(work)


class Shared:
    """What all who are there share equally, each having at most one server: a node, or with one server a link."""

    def __init__(self, env, servers):
        self.env, self.servers, self.left, self.since, self.changes = env, servers, {}, 0.0, 0

    def speed(self):
        return min(1.0, self.servers / len(self.left))

    def serve(self, work):
        self.progress()
        done = self.env.event()
        self.left[done] = work
        self.expect()
        yield done

    def progress(self):
        """Takes off what each had since the last change."""
        for one in self.left:
            self.left[one] -= (self.env.now - self.since) * self.speed()
        self.since = self.env.now

    def expect(self):
        """The next to be done, if nothing changes before."""
        self.changes += 1
        if self.left:
            first = min(self.left, key=self.left.get)
            self.env.process(self.leave(first, max(self.left[first], 0.0) / self.speed(), self.changes))

    def leave(self, who, after, changes):
        yield self.env.timeout(after)
        if changes == self.changes:
            self.progress()
            del self.left[who]
            who.succeed()
            self.expect()


class Batching:
    """One accelerator, which computes together up to `most`: a whole batch, or what there is once the oldest has waited
    for half a millisecond. Each request but the first adds 0.3 to a batch's time."""

    def __init__(self, env, most):
        self.env, self.most, self.waiting, self.idle = env, most, [], True

    def serve(self, work):
        done = self.env.event()
        self.waiting.append((self.env.now + 0.5, work, done))
        self.begin()
        self.env.process(self.later())
        yield done

    def later(self):
        yield self.env.timeout(0.5)
        self.begin()

    def begin(self):
        due = len(self.waiting) >= self.most or any(limit <= self.env.now for limit, _, _ in self.waiting)
        if self.idle and due:
            batch, self.waiting = self.waiting[: self.most], self.waiting[self.most :]
            self.idle = False
            self.env.process(self.compute(batch))

    def compute(self, batch):
        yield self.env.timeout(batch[0][1] * (1 + 0.3 * (len(batch) - 1)))
        self.idle = True
        for _, _, done in batch:
            done.succeed()
        self.begin()


def exponential(mean):
    return lambda draw: draw.expovariate(1.0 / mean)


def constant(value):
    return lambda draw: value


# Arrivals a millisecond, and what each request passes in turn: a kind of place, its servers, how long it takes there.
SCENARIOS = {
    "link-and-servers": (0.6, [(Queue, 1, exponential(1.0)), (Queue, 3, exponential(3.0))]),
    "shared-link": (0.6, [(Shared, 1, exponential(1.0)), (Queue, 2, constant(1.5))]),
    "shared-node": (1.8, [(Shared, 3, exponential(1.0))]),
    "many-servers": (6.4, [(Queue, 8, constant(1.0))]),
    "batches": (1.5, [(Batching, 4, constant(1.0))]),
}


def replicate(scenario, seed, requests):
    """Latencies of the counted requests, in rising order."""
    rate, stages = SCENARIOS[scenario]
    env, draw, latencies = simpy.Environment(), random.Random(seed), []
    built = [(kind(env, servers), work) for kind, servers, work in stages]

    def request(counted):
        born = env.now
        for place, work in built:
            yield from place.serve(work(draw))
        if counted:
            latencies.append(env.now - born)

    def source():
        for number in range(requests):
            yield env.timeout(draw.expovariate(rate))
            env.process(request(number >= requests // 10))

    env.process(source())
    env.run()
    return sorted(latencies)


if __name__ == "__main__":
    scenario, replications, requests = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for seed in range(replications):
        latencies = replicate(scenario, seed, requests)
        print(sum(latencies) / len(latencies), latencies[len(latencies) * 95 // 100])
