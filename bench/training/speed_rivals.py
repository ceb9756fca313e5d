"""The rivals of bench_speed: scikit-learn on the files of sets.py: speed_rivals.py FOLDER [cpu]

Reads one command a line and answers `seconds accuracy`: `text 0` (HashingVectorizer on the training texts), `features 0` and
`linear 0` (TfidfVectorizer, and liblinear's SVM on what it made), `mlp N` (MLPClassifier, N epochs of Fashion-MNIST).
"""
import gzip
import os
import sys
import time
import warnings

import numpy
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC


def images(part):
    folder = "/usr/share/datasets/fashion-mnist/"
    with gzip.open(folder + part + "-images-idx3-ubyte.gz") as file:
        x = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 784)
    with gzip.open(folder + part + "-labels-idx1-ubyte.gz") as file:
        y = numpy.frombuffer(file.read(), numpy.uint8, offset=8)
    return (x / numpy.float32(255)).astype(numpy.float32), y


def texts(folder, part):
    with open(os.path.join(folder, "20news." + part), encoding="utf-8", newline="\n") as file:
        lines = file.read().rstrip("\n").split("\n")[1:]
    labels, bodies = zip(*(line.split("\t", 1) for line in lines))
    return list(bodies), list(labels)


now = time.process_time if "cpu" in sys.argv[2:] else time.perf_counter


class Rivals:
    def __init__(self, folder):
        self.folder = folder
        self.kept = {}

    def once(self, name, make):
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def newsgroups(self):
        return self.once("texts", lambda: (texts(self.folder, "train"), texts(self.folder, "test")))

    def fashion(self):
        return self.once("fashion", lambda: (images("train"), images("t10k")))

    def text(self, _):
        (bodies, _), _ = self.newsgroups()
        start = now()
        HashingVectorizer().transform(bodies)
        return now() - start, 0

    def features(self, _):
        (bodies, _), (tests, _) = self.newsgroups()
        start = now()
        vectors = TfidfVectorizer(sublinear_tf=True, min_df=2)
        x = vectors.fit_transform(bodies)
        seconds = now() - start
        self.kept["x"] = x, vectors.transform(tests)
        return seconds, 0

    def linear(self, _):
        (_, y), (_, truth) = self.newsgroups()
        x, test = self.kept["x"]
        start = now()
        model = LinearSVC().fit(x, y)
        return now() - start, model.score(test, truth)

    def mlp(self, epochs):
        (x, y), (test, truth) = self.fashion()
        model = MLPClassifier((100,), batch_size=200, max_iter=epochs, tol=0, n_iter_no_change=epochs, random_state=1)
        start = now()
        model.fit(x, y)
        return now() - start, model.score(test, truth)


def main():
    warnings.filterwarnings("ignore")
    rivals = Rivals(sys.argv[1])
    print("ready", flush=True)
    for line in sys.stdin:
        kind, count = line.split()
        print(*getattr(rivals, kind)(int(count)), flush=True)


main()
