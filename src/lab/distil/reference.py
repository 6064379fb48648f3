"""Numbers that the tests of these losses compare with: each loss by its paper's formula, in numpy, in double precision.
Run it to print all."""
import numpy as np


def wave(n, k):
    return 1.5 * np.sin(0.7 * np.arange(n) + k)


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def kl(p, q):
    return (p * np.log(p / q)).sum(-1)


# --- answers
S, Q = wave(20, 1).reshape(4, 5), 2 * wave(20, 2).reshape(4, 5)
LABELS = np.array([0, 2, 4, 2])


def dkd(t, alpha, beta):
    rows = []
    for s, q, y in zip(S, Q, LABELS):
        p, r = softmax(q / t), softmax(s / t)
        target = kl(np.array([p[y], 1 - p[y]]), np.array([r[y], 1 - r[y]]))
        others = [k for k in range(5) if k != y]
        rest = kl(softmax(q[others] / t), softmax(s[others] / t))
        rows.append(alpha * target + beta * rest)
    return t * t * np.mean(rows)


def lskd(t):
    def z(x):
        return (x - x.mean(-1, keepdims=True)) / (1e-7 + x.std(-1, ddof=1, keepdims=True))

    return t * t * kl(softmax(z(Q) / t), softmax(z(S) / t)).mean()


def dist(t, beta, gamma):
    p, r = softmax(Q / t), softmax(S / t)
    rows = 1 - np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(p, r)])
    columns = 1 - np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(p.T, r.T)])
    return t * t * (beta * rows + gamma * columns)


for name, args in {"A": (4, 1, 0), "B": (4, 0, 1), "C": (2, 1, 8)}.items():
    print(f"DKD_{name}", f"{dkd(*args):.12f}")
for name, t in {"A": 1, "B": 2}.items():
    print(f"LSKD_{name}", f"{lskd(t):.12f}")
for name, args in {"A": (1, 1, 0), "B": (1, 0, 1), "C": (4, 1, 2)}.items():
    print(f"DIST_{name}", f"{dist(*args):.12f}")


# --- features: two pairs, student's and teacher's, of three images
def pairs(*shapes):
    return [wave(3 * int(np.prod(s)), 10 + i).reshape(3, *s) for i, s in enumerate(shapes)]


def weighted(values, weights):
    return (values * weights).sum() / weights.sum()


def fitnet(weights):
    a, b, c, d = pairs((2, 2, 2), (2, 2, 3), (1, 1, 4), (1, 1, 2))
    own = wave(14, 5)
    first, second = own[:6].reshape(2, 3), own[6:].reshape(4, 2)
    each = [((x @ r - y) ** 2).reshape(3, -1).mean(1) for x, r, y in [(a, first, b), (c, second, d)]]
    return sum(weighted(e, weights) for e in each)


def attention():
    a, b, c, d = pairs((2, 2, 2), (2, 2, 3), (2, 3, 4), (2, 3, 2))

    def at(x):
        m = (x**2).mean(-1).reshape(3, -1)
        return m / np.sqrt((m**2).sum(1, keepdims=True))

    return sum(((at(x) - at(y)) ** 2).mean() for x, y in [(a, b), (c, d)])


def huber(d):
    return np.where(abs(d) < 1, d * d / 2, abs(d) - 0.5).mean()


def rkd(distance, angle):
    x, y = (f.reshape(3, -1) for f in pairs((1, 1, 4), (1, 1, 3)))

    def distances(e):
        d = np.array([[np.linalg.norm(a - b) for b in e] for a in e])
        return d / d[d > 0].mean()

    def angles(e):
        n = len(e)
        out = np.zeros((n, n, n))
        for j in range(n):
            for i in range(n):
                for k in range(n):
                    u, v = e[i] - e[j], e[k] - e[j]
                    if i != j and k != j:
                        out[j, i, k] = u @ v / np.linalg.norm(u) / np.linalg.norm(v)
        return out

    return distance * huber(distances(x) - distances(y)) + angle * huber(angles(x) - angles(y))


# The images' labels are 0, 2, 1; the weights by label 1, 3, 1/2.
print("FITNET_A", f"{fitnet(np.ones(3)):.12f}")
print("FITNET_B", f"{fitnet(np.array([1.0, 0.5, 3.0])):.12f}")
print("ATTENTION_A", f"{attention():.12f}")
print("RKD_A", f"{rkd(1, 0):.12f}")
print("RKD_B", f"{rkd(0, 1):.12f}")
