"""Numbers that adamw.rs's test compares with: algorithm 2 of arXiv 1711.05101 in double precision, with nothing but
`math`; the rate also scales the decay, which the bias is without (as torch.optim.AdamW has it, with the bias in a group
of its own)."""
from math import sqrt

RATE, DECAY, B1, B2, EPS = 0.01, 0.1, 0.9, 0.999, 1e-8
WEIGHT = [0.5, 0.3, 0.1, 0.2, 0.1]
BIAS = [-0.2, 0.1, 0.4, -0.1, 0.3]


def path(gradients, decay):
    w, m, v, out = 1.0, 0.0, 0.0, []
    for t, g in enumerate(gradients, 1):
        m = B1 * m + (1 - B1) * g
        v = B2 * v + (1 - B2) * g * g
        step = (m / (1 - B1**t)) / (sqrt(v / (1 - B2**t)) + EPS)
        w -= RATE * (decay * w + step)
        out.append(w)
    return out


for a, b in zip(path(WEIGHT, DECAY), path(BIAS, 0.0)):
    print(f"[{a:.9f}, {b:.9f}],")
