"""Scores main-text extraction: precision, recall and F1 over 4-gram shingles of words, as multisets, each page alone and then averaged.

    score_articles.py EXPECTED.jsonl < ANSWERS.jsonl        lines {"id", "articleBody"}; --pages lists the worst pages
"""
import collections
import json
import re
import sys


def shingles(text):
    words = re.findall(r"\w+", text)
    return collections.Counter(tuple(words[i:i + 4]) for i in range(max(1, len(words) - 3))) if words else collections.Counter()


def score(expected, given):
    right = sum((expected & given).values())
    wrong, missed = sum(given.values()) - right, sum(expected.values()) - right
    precision = right / (right + wrong) if right + wrong else (1.0 if not missed else 0.0)
    recall = right / (right + missed) if right + missed else 1.0
    return precision, recall


def main():
    truth = {}
    for line in open(sys.argv[1], encoding="utf-8"):
        page = json.loads(line)
        truth[page["id"]] = shingles(page["articleBody"])
    rows = []
    for line in sys.stdin:
        answer = json.loads(line)
        if answer.get("id") in truth:
            rows.append((answer["id"], *score(truth.pop(answer["id"]), shingles(answer.get("articleBody") or ""))))
    rows += [(name, *score(text, collections.Counter())) for name, text in truth.items()]  # no answer is an empty one
    precision = sum(row[1] for row in rows) / len(rows)
    recall = sum(row[2] for row in rows) / len(rows)
    if "--pages" in sys.argv:
        for name, p, r in sorted(rows, key=lambda row: 2 * row[1] * row[2] / (row[1] + row[2] + 1e-9))[:40]:
            print(f"{p:.3f} {r:.3f} {name}")
    print(f"{len(rows)} pages: precision {precision:.4f} recall {recall:.4f} F1 {2 * precision * recall / (precision + recall):.4f}")


main()
