"""XGBoost on the columns of a labelled table, and in which groups it is wrong.

    python3 xgboost_table.py SNAPSHOT PROJECT OUTCOMES SECRET GROUP COLUMN...        TILTH_URL, TILTH_TOKEN

OUTCOMES is a source of kind push with `key = "id"`, and SECRET one of its secrets. How each test record went is pushed there, so that the
slices of a model that tilth did not train come from the service: shares of right answers by GROUP, with 95 % intervals.
"""

from __future__ import annotations

import sys

import numpy
import xgboost

import tilth


def main(snapshot: str, project: str, outcomes: str, secret: str, group: str, *columns: str) -> None:
    with tilth.Client.from_env() as client:
        split = {member.key: member.split for member in client.members(snapshot)}
        rows = [label for label in client.labels(project) if label.key in split]  # with all fields of their records
        classes = sorted({row.label for row in rows})
        parts = {part: [row for row in rows if split[row.key] == part] for part in ("training", "test")}

        model = xgboost.XGBClassifier(n_estimators=40, max_depth=4, n_jobs=1)
        model.fit(matrix(parts["training"], columns), numpy.array([classes.index(row.label) for row in parts["training"]]))
        test = parts["test"]
        probabilities = model.predict_proba(matrix(test, columns))
        said = [classes[at] for at in probabilities.argmax(axis=1)]
        right = sum(one == row.label for one, row in zip(said, test))
        print(f"accuracy on {len(test)} of test: {right / len(test):.3f}")

        predictions = tilth.predictions([row.key for row in test], classes, probabilities)
        client.push_predictions(project, "xgboost", predictions, version=client.snapshot(snapshot).hash[:12])
        client.push(
            outcomes,
            (
                {"id": row.key, "group": row.fields[group], "outcome": "right" if one == row.label else "wrong"}
                for one, row in zip(said, test)
            ),
            secret=secret,
        )
        found = client.call("GET", f"/sources/{outcomes}/quality/bias", query={"by": "group", "label": "outcome", "favourable": "right"})
        for each in found["breakdowns"][0]["groups"]:
            share = each["labels"].get("right", {"value": 0.0, "low": 0.0, "high": 1.0})
            print(f"{group} {each['values'][0]}: {each['records']} records, {share['value']:.2f} right ({share['low']:.2f} to {share['high']:.2f})")


def matrix(rows: list[tilth.Label], columns: tuple[str, ...]) -> numpy.ndarray:
    return numpy.asarray(tilth.to_numpy(rows, columns))


if __name__ == "__main__":
    main(*sys.argv[1:])
