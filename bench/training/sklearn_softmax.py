"""The rival of bench_softmax: scikit-learn on Fashion-MNIST.

Reads one command a line, `lbfgs N` (iterations) or `sgd N` (epochs), trains on all 60,000 images, and answers with a line
`seconds accuracy`. Loading and scaling to [0, 1] are not timed.
"""
import gzip
import sys
import time
import warnings

import numpy
from sklearn.linear_model import LogisticRegression, SGDClassifier

FOLDER = "/usr/share/datasets/fashion-mnist/"


def load(part):
    with gzip.open(FOLDER + part + "-images-idx3-ubyte.gz") as file:
        images = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 784)
    with gzip.open(FOLDER + part + "-labels-idx1-ubyte.gz") as file:
        labels = numpy.frombuffer(file.read(), numpy.uint8, offset=8)
    return (images / numpy.float32(255)).astype(numpy.float32), labels


def main():
    warnings.filterwarnings("ignore")
    x, y = load("train")
    test_x, test_y = load("t10k")
    print("ready", flush=True)
    for line in sys.stdin:
        kind, count = line.split()
        if kind == "lbfgs":
            model = LogisticRegression(solver="lbfgs", multi_class="multinomial", max_iter=int(count), n_jobs=2)
        else:
            model = SGDClassifier(loss="log_loss", max_iter=int(count), tol=None, n_jobs=2, random_state=1)
        start = time.perf_counter()
        model.fit(x, y)
        seconds = time.perf_counter() - start
        print(seconds, model.score(test_x, test_y), flush=True)


main()
