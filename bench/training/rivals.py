"""What the rivals reach on the files of sets.py: rivals.py FOLDER SET NAME...   (the lines are those of bench_models)

SET is 20news, sms, adult, housing or fashion. NAMEs: ridge, linearsvc, logistic, mnb, cnb, mlp, forest, histgb, xgboost.
linearsvc and logistic are liblinear inside scikit-learn. Run under sklearn_env.sh, or with python3-sklearn installed.
"""
import gzip
import os
import sys
import time
import warnings

import numpy
from sklearn import metrics
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC


def images(part):
    folder = "/usr/share/datasets/fashion-mnist/"
    with gzip.open(folder + part + "-images-idx3-ubyte.gz") as file:
        x = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 784)
    with gzip.open(folder + part + "-labels-idx1-ubyte.gz") as file:
        y = numpy.frombuffer(file.read(), numpy.uint8, offset=8)
    return (x / numpy.float32(255)).astype(numpy.float32), y


def table(lines, head, encoder):
    kinds = [column.split(":")[1] for column in head]
    cells = [line.split("\t")[1:] for line in lines]
    numbers = numpy.array([[float(row[i]) if row[i] else numpy.nan for i, k in enumerate(kinds) if k == "number"] for row in cells])
    words = [[row[i] for i, k in enumerate(kinds) if k == "category"] for row in cells]
    coded = encoder.transform(words) if hasattr(encoder, "categories_") else encoder.fit_transform(words)
    return numpy.hstack([numbers, coded])


def read(folder, name):
    parts = []
    for part in ("train", "test"):
        with open(os.path.join(folder, name + "." + part), encoding="utf-8", newline="\n") as file:
            head, *lines = file.read().rstrip("\n").split("\n")
        parts.append(lines)
    y = [numpy.array([line.split("\t", 1)[0] for line in lines]) for lines in parts]
    if name == "housing":
        y = [labels.astype(float) for labels in y]
    start = time.perf_counter()
    if head == "text":
        texts = [[line.split("\t", 1)[1] for line in lines] for lines in parts]
        vectors = TfidfVectorizer(sublinear_tf=True, min_df=2)
        x = [vectors.fit_transform(texts[0]), vectors.transform(texts[1])]
        print("features %.2f s" % (time.perf_counter() - start))
        return x, y, True
    encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore")
    return [table(lines, head.split("\t"), encoder) for lines in parts], y, False


def model(name, values):
    if name == "xgboost":
        import xgboost
        make = xgboost.XGBRegressor if values else xgboost.XGBClassifier
        return make(n_estimators=600 if values else 200, max_depth=6, learning_rate=0.1, tree_method="hist", n_jobs=2)
    return {"ridge": (Ridge if values else RidgeClassifier)(), "linearsvc": LinearSVC(), "logistic": LogisticRegression(solver="liblinear"),
            "mnb": MultinomialNB(alpha=0.01), "cnb": ComplementNB(), "mlp": MLPClassifier((100,), max_iter=10, random_state=1),
            "forest": RandomForestClassifier(100, n_jobs=2, random_state=1),
            "histgb": HistGradientBoostingRegressor() if values else HistGradientBoostingClassifier()}[name]


def main():
    warnings.filterwarnings("ignore")
    folder, name, *names = sys.argv[1:]
    if name == "fashion":
        (x, y), (test, truth) = images("train"), images("t10k")
    else:
        (x, test), (y, truth), text = read(folder, name)
        if not text and any(n not in ("xgboost", "histgb") for n in names):
            means = numpy.nanmean(x, axis=0)
            x, test = (numpy.where(numpy.isnan(part), means, part) for part in (x, test))
            scaler = StandardScaler()
            x, test = scaler.fit_transform(x), scaler.transform(test)
    if name in ("adult", "sms"):
        second = sorted(set(y))[1]
        y, truth = (y == second).astype(int), (truth == second).astype(int)
    for one in names:
        fitted = model(one, name == "housing")
        start = time.perf_counter()
        fitted.fit(x, y)
        seconds = time.perf_counter() - start
        said = fitted.predict(test)
        if name == "housing":
            print("%s %s rmse %.4f fit %.2f s" % (name, one, metrics.mean_squared_error(truth, said) ** 0.5, seconds), flush=True)
            continue
        line = "%s %s accuracy %.4f" % (name, one, metrics.accuracy_score(truth, said))
        if name in ("adult", "sms"):
            score = fitted.predict_proba(test)[:, 1] if hasattr(fitted, "predict_proba") else fitted.decision_function(test)
            line += " f1 %.4f auc %.4f" % (metrics.f1_score(truth, said), metrics.roc_auc_score(truth, score))
        print("%s fit %.2f s" % (line, seconds), flush=True)


main()
