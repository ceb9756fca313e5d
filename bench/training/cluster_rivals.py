"""The lines of bench_clusters for scikit-learn: cluster_rivals.py [CLUSTERS [STARTS [SEEDS]]], under sklearn_env.sh's PYTHONPATH."""
import gzip
import sys
import time

import numpy
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics import normalized_mutual_info_score

folder = "/usr/share/datasets/fashion-mnist/"
with gzip.open(folder + "train-images-idx3-ubyte.gz") as file:
    rows = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 784).astype(numpy.float32) / 255
with gzip.open(folder + "train-labels-idx1-ubyte.gz") as file:
    labels = numpy.frombuffer(file.read(), numpy.uint8, offset=8)
clusters = int(sys.argv[1]) if len(sys.argv) > 1 else 10
starts = int(sys.argv[2]) if len(sys.argv) > 2 else 1
seeds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
for kind in (KMeans, MiniBatchKMeans):
    for seed in range(1, seeds + 1):
        begun = time.time()
        model = kind(n_clusters=clusters, n_init=starts, random_state=seed).fit(rows)
        took = time.time() - begun
        print(f"{kind.__name__} seed {seed}: {took:.2f} s, {model.n_iter_} rounds, inertia {model.inertia_:.1f}, "
              f"nmi {normalized_mutual_info_score(labels, model.labels_):.4f}", flush=True)
