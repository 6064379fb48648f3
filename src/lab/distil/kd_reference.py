"""Numbers that kd.rs's test compares with: the loss by its definition, in double precision, with nothing but `math`."""
from math import exp, log

STUDENT = [[2.0, -1.0, 0.5], [0.1, 0.2, -0.3]]
TEACHER = [[3.0, 0.0, -2.0], [-1.0, 1.5, 0.5]]
LABELS = [0, 2]


def softmax(row, t):
    top = [exp(v / t) for v in row]
    return [v / sum(top) for v in top]


def loss(t, alpha):
    rows = []
    for s, q, label in zip(STUDENT, TEACHER, LABELS):
        hard = -log(softmax(s, 1.0)[label])
        p, r = softmax(q, t), softmax(s, t)
        soft = sum(a * (log(a) - log(b)) for a, b in zip(p, r))
        rows.append((1 - alpha) * hard + alpha * t * t * soft)
    return sum(rows) / len(rows)


for t, alpha in [(1.0, 0.0), (1.0, 1.0), (4.0, 0.7), (2.0, 0.5)]:
    print(t, alpha, f"{loss(t, alpha):.9f}")
