"""Numbers that tests.rs compares with: the three proxies of one small network by their papers' formulas, in double
precision, with nothing but `math`. Run it to print them."""
from math import exp, log, sin, sqrt

IMAGES, SIDE, CLASSES, EPS = 4, 4, 3, 1e-5
LABELS = [0, 2, 1, 2]
# Channels in and out, kernel, stride, ReLU, tensor read, tensor added.
CONVS = [(1, 2, 3, 1, True, 0, None), (2, 3, 3, 2, True, 1, None), (2, 3, 1, 2, False, 1, None), (3, 3, 3, 1, True, 2, 3)]


def parameters():
    n = sum(k * k * i * o + 2 * o for i, o, k, *_ in CONVS) + 3 * CLASSES + CLASSES
    return [sin(0.7 * i + 1) for i in range(n)]


def images():
    return [[[[sin(0.9 * ((n * SIDE + y) * SIDE + x) + 2)] for x in range(SIDE)] for y in range(SIDE)] for n in range(IMAGES)]


def conv(x, w, i, o, k, stride):
    side = len(x)
    pad, out = k // 2, (side + 2 * (k // 2) - k) // stride + 1
    y = [[[0.0] * o for _ in range(out)] for _ in range(out)]
    for r in range(out):
        for c in range(out):
            for u in range(k):
                for v in range(k):
                    a, b = r * stride + u - pad, c * stride + v - pad
                    if 0 <= a < side and 0 <= b < side:
                        for p in range(i):
                            for q in range(o):
                                y[r][c][q] += x[a][b][p] * w[((u * k + v) * i + p) * o + q]
    return y


def forward(p, batch, norms=True):
    """Logits of each image, and its rectified values; by batch statistics."""
    tensors, at, codes = [batch], 0, [[] for _ in batch]
    for i, o, k, stride, relu, read, added in CONVS:
        w, gamma, beta = p[at : at + k * k * i * o], p[at + k * k * i * o :][:o], p[at + k * k * i * o + o :][:o]
        at += k * k * i * o + 2 * o
        z = [conv(x, w, i, o, k, stride) for x in tensors[read]]
        side = len(z[0])
        for q in range(o):
            if norms:
                values = [z[n][r][c][q] for n in range(len(z)) for r in range(side) for c in range(side)]
                mean = sum(values) / len(values)
                scale = gamma[q] / sqrt(sum((v - mean) ** 2 for v in values) / len(values) + EPS)
            for n in range(len(z)):
                for r in range(side):
                    for c in range(side):
                        v = z[n][r][c][q]
                        v = (v - mean) * scale + beta[q] if norms else v
                        v += tensors[added][n][r][c][q] if added else 0.0
                        z[n][r][c][q] = max(v, 0.0) if relu else v
                        if relu:
                            codes[n].append(z[n][r][c][q] > 0)
        tensors.append(z)
    w, bias, side = p[at : at + 3 * CLASSES], p[at + 3 * CLASSES :], len(tensors[-1][0])
    pooled = [[sum(x[r][c][q] for r in range(side) for c in range(side)) / side**2 for q in range(3)] for x in tensors[-1]]
    bias = bias if norms else [0.0] * CLASSES
    return [[sum(x[q] * w[q * CLASSES + k] for q in range(3)) + bias[k] for k in range(CLASSES)] for x in pooled], codes


def loss(p):
    total = 0.0
    for logits, label in zip(forward(p, images())[0], LABELS):
        total += log(sum(exp(z) for z in logits)) - logits[label]
    return total / IMAGES


def derivative(f, p, i, step):
    ahead, behind = list(p), list(p)
    ahead[i] += step
    behind[i] -= step
    return (f(ahead) - f(behind)) / (2 * step)


def gradient_norm():
    p = parameters()
    return sqrt(sum(derivative(loss, p, i, 1e-6) ** 2 for i in range(len(p))))


def synflow():
    sizes = [abs(w) for w in parameters()]
    ones = [[[[1.0]] * SIDE for _ in range(SIDE)]]
    flow = lambda p: sum(forward(p, ones, norms=False)[0][0])
    # Multilinear in the weights, so that a central difference is exact; norms and biases are not seen.
    return sum(w * derivative(flow, sizes, i, 1e-3) for i, w in enumerate(sizes))


def naswot():
    codes = forward(parameters(), images())[1]
    k = [[float(sum(a == b for a, b in zip(x, y))) for y in codes] for x in codes]
    total = 0.0
    for at in range(len(k)):
        total += log(abs(k[at][at]))
        for row in k[at + 1 :]:
            factor = row[at] / k[at][at]
            for c in range(at, len(k)):
                row[c] -= factor * k[at][c]
    return total


print(f"synflow {synflow():.9f}\ngradient norm {gradient_norm():.9f}\nnaswot {naswot():.9f}")
