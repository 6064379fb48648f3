"""Numbers that the tests of these reports compare with, by their definitions, in numpy and scipy. Run it to print all."""
import numpy as np
from scipy.optimize import linear_sum_assignment


def wave(n, k):
    i = np.arange(n)
    return (2 * np.sin(i * i * 0.37 + k * i)).astype(np.float32).astype(float)


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def kl(p, q):
    return (p * np.log(p / q)).sum(-1)


T, S = wave(48, 1).reshape(12, 4), wave(48, 2).reshape(12, 4)
labels = np.arange(12) % 4
t, s = T.argmax(1), S.argmax(1)
p, q = softmax(T), softmax(S)
pg, qg = (np.stack([x[:, [0, 2]].sum(1), x[:, [1, 3]].sum(1)], 1) for x in (p, q))
wrong = t != labels
print("AGREE_A", f"{(t == s).mean():.12f}")
print("AGREE_B", f"{(t == s)[wrong].mean():.12f}")
print("AGREE_C", f"{kl(p, q).mean():.12f}")
print("AGREE_D", f"{kl(pg, qg).mean():.12f}")
print("AGREE_E", f"{(kl(p, q) - kl(pg, qg)).mean():.12f}")

labels = np.arange(12) % 3
owner = np.array([0, 1, 0, 1])
print("LEVEL_A", f"{(pg.argmax(1) == owner[labels]).mean():.12f}")
print("LEVEL_B", f"{(t == labels).mean():.12f}")
print("LEVEL_C", f"{(t == labels)[labels == 1].mean():.12f}")


def entropy(x):
    x = x[x > 0]
    return -(x * np.log2(x)).sum()


soft = softmax(T / 2)
inner = np.mean([entropy(r) for r in soft])
print("BITS_A", f"{inner:.12f}")
print("BITS_B", f"{entropy(soft.mean(0)) - inner:.12f}")

i = np.arange(40)
u, v = (i * i + i // 3) % 5, (i * i) % 3
table = np.zeros((5, 3))
np.add.at(table, (u, v), 1)
r, c = linear_sum_assignment(-table)
print("MATCH_A", f"{table[r, c].sum() / 40:.12f}")
joint = table / 40
hu, hv, huv = (entropy(x) for x in (joint.sum(1), joint.sum(0), joint.ravel()))
print("MATCH_B", f"{(hu + hv - huv) / ((hu + hv) / 2):.12f}")


def cka(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    return np.linalg.norm(y.T @ x) ** 2 / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)


x, y = wave(36, 1).reshape(12, 3), wave(24, 2).reshape(12, 2)
print("CKA_A", f"{cka(x, y):.12f}")
print("CKA_B", f"{cka(x[::2], y[::2]):.12f}")
