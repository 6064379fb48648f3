"""Numbers that the tests of these losses compare with, by their formulas, in numpy. Run it to print all."""
import numpy as np


def wave(n, k):
    return 1.5 * np.sin(0.7 * np.arange(n) + k)


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def kl(p, q):
    return (p * np.log(p / q)).sum(-1)


def chain(p, q, groups, t, between, within, w):
    """p, q: probabilities of subclasses at temperature t; w: a weight for each."""
    class_part, within_part, mean = 0.0, 0.0, 0.0
    for a, b in zip(p, q):
        pc, qc = (np.array([x[g].sum() for g in groups]) for x in (a, b))
        class_part += kl(pc, qc)
        for g, c, d in zip(groups, pc, qc):
            u, v = a[g] / c, b[g] / d
            within_part += c * (w[g] * (u * np.log(u / v) - u + v)).sum()
        mean += (w * a).sum()
    n = len(p)
    return t * t * (between * class_part / n + within * (within_part / n) / (mean / n))


S, Q = wave(20, 1).reshape(4, 5), 2 * wave(20, 2).reshape(4, 5)
GROUPS = [[3, 0], [1, 4, 2]]
W = np.array([1.0, 2.0, 1.0, 4.0, 0.5])
for name, (t, b, i, w) in {"A": (2, 1, 0, np.ones(5)), "B": (2, 0, 1, np.ones(5)), "C": (4, 0.5, 2, W)}.items():
    print(f"CHAIN_{name}", f"{chain(softmax(Q / t), softmax(S / t), GROUPS, t, b, i, w):.12f}")


def auxiliary(z, t):
    v = (z - z.mean(1, keepdims=True)) / np.sqrt(z.var(1, keepdims=True) + 1e-9)
    n, k = z.shape
    return np.mean(np.log(np.exp(v @ v.T / (k * t)).sum(1))) - 1 / t - np.log(n)


print("AUXILIARY_A", f"{auxiliary(S, 1.0):.12f}")
print("AUXILIARY_B", f"{auxiliary(S, 0.5):.12f}")

values, vectors = np.linalg.eigh(np.array([[4.0, 1.0, -2.0], [1.0, 2.0, 0.5], [-2.0, 0.5, 3.0]]))
first = vectors[:, 2] * np.sign(vectors[np.abs(vectors[:, 2]).argmax(), 2])
for name, v in zip("ABCDEF", [*values[::-1], *first]):
    print(f"EIGEN_{name}", f"{v:.12f}")


def pseudo(each, t, sharpness):
    i = np.arange(48)
    h = np.sin(i * i * 0.37 + i).astype(np.float32).astype(float).reshape(12, 4)
    classifier = np.array([[1.0, 0.5], [0.0, -1.0], [2.0, 0.0], [0.0, 1.0]])
    null = np.eye(4) - classifier @ np.linalg.pinv(classifier)
    told = wave(12, 4).reshape(3, 4)
    p = softmax(wave(6, 2).reshape(3, 2) / t)
    columns = []
    for c in range(2):
        x = h[c::2] @ null
        m = x.mean(0)
        var, vec = np.linalg.eigh((x - m).T @ (x - m) / len(x))
        scores = []
        for k in range(each // 2):
            d = vec[:, -1 - k] * np.sign(vec[np.abs(vec[:, -1 - k]).argmax(), -1 - k])
            s = sharpness * (told - m) @ d / np.sqrt(var[-1 - k])
            scores += [s, -s]
        columns.append(p[:, c : c + 1] * softmax(np.array(scores).T))
    p = np.concatenate(columns, 1)
    return chain(p, softmax(wave(12, 3).reshape(3, 4) / t), [[0, 1], [2, 3]], t, 1, 1, np.ones(4))


print("PSEUDO_A", f"{pseudo(2, 2.0, 1.5):.12f}")
