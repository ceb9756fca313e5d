"""A model of scikit-learn on a snapshot of texts, judged with what tilth knows.

    python3 sklearn_texts.py SNAPSHOT PROJECT           TILTH_URL, TILTH_TOKEN; TILTH_PROGRAM for label errors

Trains on the training part, judges on the test part once, keeps what the model says in the project beside its labels, and tells
which labels of the training part are likely wrong (by models that have not seen them).
"""

from __future__ import annotations

import sys

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline

import tilth


def main(snapshot: str, project: str) -> None:
    with tilth.Client.from_env() as client:
        parts: dict[str, list[tilth.Member]] = {"training": [], "validation": [], "test": []}
        for member in client.members(snapshot):
            parts[member.split].append(member)
        training, test = parts["training"], parts["test"]

        model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=1000))
        texts, labels = [one.body for one in training], [one.label for one in training]
        model.fit(texts, labels)
        said = model.predict([one.body for one in test])
        print(f"accuracy on {len(test)} of test: {accuracy_score([one.label for one in test], said):.3f}")

        keys = [one.key for one in test]
        probabilities = model.predict_proba([one.body for one in test])
        version = client.snapshot(snapshot).hash[:12]
        counts = client.push_predictions(project, "sklearn", tilth.predictions(keys, model.classes_, probabilities), version=version)
        print(f"kept {counts.added + counts.changed + counts.unchanged} predictions as sklearn {version}")
        for label, suggestion in client.disagreements(project, "sklearn", version):
            print(f"differs: {label.key}: label {label.label}, model {suggestion.label} ({suggestion.score:.2f})")

        unseen = cross_val_predict(model, texts, labels, cv=5, method="predict_proba")
        found = tilth.label_errors([one.key for one in training], model.classes_, unseen, labels)
        print(f"labels that may be wrong: {found.suspects}, {found.confident} beyond doubt")
        for one in found.label_errors[:10]:
            print(f"likely wrong: {one.id}: {one.label}, rather {one.suggested}")


if __name__ == "__main__":
    main(*sys.argv[1:])
