"""The lab's networks in PyTorch, on two threads: `lab.py NETWORKS.json BENCHMARK LENGTH`.

Prints lines `benchmark,case,metric,unit,value`. Each figure is the better of channels first and channels last.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional

BATCH = 128


class Network(nn.Module):
    """What tierwise describes as a list of layers; tensor 0 is the input, layer `i` writes tensor `i + 1`."""

    def __init__(self, description):
        super().__init__()
        self.layers = description["layers"]
        widths = [description["input"][2]]
        parts = []
        for layer in self.layers:
            kind, of = next(iter(layer["op"].items())) if isinstance(layer["op"], dict) else (layer["op"], {})
            width = widths[layer["from"]]
            if kind == "conv":
                width = of["channels"]
                conv = nn.Conv2d(
                    widths[layer["from"]], width, of["kernel"], of["stride"], of["pad"], groups=of["groups"], bias=False
                )
                part = nn.Sequential(conv, nn.BatchNorm2d(width))
            elif kind == "linear":
                part, width = nn.Linear(width, of["outputs"]), of["outputs"]
            else:
                part = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
            widths.append(width)
            parts.append(part)
        self.parts = nn.ModuleList(parts)
        self.relu = [isinstance(l["op"], dict) and l["op"].get("conv", {}).get("relu", False) for l in self.layers]

    def forward(self, x):
        tensors = [x]
        for layer, part, relu in zip(self.layers, self.parts, self.relu):
            y = part(tensors[layer["from"]])
            if layer.get("add") is not None:
                y = y + tensors[layer["add"]]
            tensors.append(functional.relu(y) if relu else y)
        return tensors[-1]


FORMATS = (torch.contiguous_format, torch.channels_last)


def images(n, form):
    return torch.rand(n, 1, 28, 28).contiguous(memory_format=form)


def timed(n, seconds, run):
    begun, batches = time.perf_counter(), 0
    while batches == 0 or time.perf_counter() - begun < seconds:
        run()
        batches += 1
    return n * batches / (time.perf_counter() - begun)


def speed(n, seconds, run):
    """Images per second of batches of `n`, over so many seconds once it is warm."""
    run()
    timed(n, seconds / 4, run)
    return timed(n, seconds, run)


def trained(description, seconds, form):
    network = Network(description).to(memory_format=form).train()
    optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4)
    x, labels = images(BATCH, form), torch.arange(BATCH) % 10

    def step():
        optimiser.zero_grad(set_to_none=True)
        functional.cross_entropy(network(x), labels).backward()
        optimiser.step()

    return speed(BATCH, seconds, step)


def answering(network, x, frozen):
    if frozen:
        network = torch.jit.freeze(torch.jit.trace(network, x))
        network = torch.jit.optimize_for_inference(network)
    return lambda: network(x)


def inference(description, batch, seconds, frozen, form):
    network = Network(description).to(memory_format=form).eval()
    with torch.inference_mode() if not frozen else torch.no_grad():
        return speed(batch, seconds, answering(network, images(batch, form), frozen))



def line(benchmark, case, value):
    print(f"{benchmark},{case},images,1/s,{value:.6g}", flush=True)


def train(networks, length):
    for name, description in networks.items():
        line("train", name, max(trained(description, 2 * length, form) for form in FORMATS))


def infer(networks, length):
    for name, description in networks.items():
        for batch in (128, 1):
            for frozen in (False, True):
                best = max(inference(description, batch, length, frozen, form) for form in FORMATS)
                line("inference", f"{name} batch {batch}{' frozen' if frozen else ''}", best)


if __name__ == "__main__":
    torch.set_num_threads(2)
    torch.manual_seed(1)
    described, benchmark, length = json.load(open(sys.argv[1])), sys.argv[2], float(sys.argv[3])
    run = {"train": train, "inference": infer}.get(benchmark)
    if run:
        run(described, length)
