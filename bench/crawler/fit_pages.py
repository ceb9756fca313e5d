"""Fits the models that tell the kind of a page and which of its blocks are content (crawler/extract/content/*.trees).

    fit_pages.py cv WCXB ROWS [--articles LIST ROWS] [--features TREES]     scores, every page judged by models that no page of its domain was fitted to
    fit_pages.py fit WCXB ROWS [--articles LIST ROWS] [--features TREES]    writes page_kind.trees and block.trees into the working folder

WCXB is the development folder of the benchmark (github.com/Murrough-Foley/web-content-extraction-benchmark, CC BY 4.0) with
ground-truth/*.json; ROWS is what `crawler_page_rows LIST ROWS` wrote of its pages. --articles adds the pages of Mozilla's Readability
(github.com/mozilla/readability, test/test-pages, Apache License 2.0): LIST has them as crawler_page_rows wants them, and expected.html
beside each. Needs scikit-learn: run it as `env $(sh bench/training/sklearn_env.sh) /usr/bin/python3 bench/crawler/fit_pages.py ..`. With
--features only the numbers are fitted to that TREES, the present block.trees, uses.

cv prints by kind of page the mean F1 of words, and for articles precision, recall and F1 of runs of four words (score_articles.py).

A block is content as far as its words stand in the true text: as a line of it, as a part of it, or by runs of four words; a
short one only with what stands before or after it. Of several copies those in the best company count. The blocks of a page
weigh as much as those of any other, and each by its words to the power of 0.7.
"""
import argparse
import collections
import hashlib
import html.parser
import json
import pathlib
import re
import struct
import urllib.parse

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

KINDS = ["article", "forum", "product", "collection", "listing", "documentation", "service"]
PAGE_SIGNS = ["page_main", "page_main_letters", "page_prose", "page_links", "page_letters", "page_prices", "page_blocks", "page_inputs",
              "page_images", "main_short", "groups", "url_depth"]  # as in content.cpp
FOLDS = 4
BLOCKS_A_PAGE = 150
HIDDEN, TAKEN, LEFT_OUT = 0.5, 0.8, 0.95  # by_rules of content.cpp


def shingles(text):
    words = re.findall(r"\w+", text)
    return collections.Counter(tuple(words[i:i + 4]) for i in range(max(1, len(words) - 3))) if words else collections.Counter()


def words_of(text):
    return re.findall(r"\w+", text.lower())


def share_in_truth(words, lines, text, runs):
    joined = " ".join(words)
    if joined in lines:
        return 1.0
    if len(words) < 4:
        return 0.0
    if f" {joined} " in text:
        return 1.0
    hit = [False] * len(words)
    for i in range(len(words) - 3):
        if tuple(words[i:i + 4]) in runs:
            hit[i:i + 4] = [True] * 4
    return sum(hit) / len(words)


def label(blocks, truth):
    lines = collections.Counter(" ".join(words_of(line)) for line in truth.split("\n"))
    all_words = words_of(truth)
    text = " " + " ".join(all_words) + " "
    runs = {tuple(all_words[i:i + 4]) for i in range(len(all_words) - 3)}
    labels = [share_in_truth(words, lines, text, runs) if words else 0.0 for words in blocks]
    filled = [i for i, words in enumerate(blocks) if words]
    for place, i in enumerate(filled):
        words = blocks[i]
        if labels[i] > 0 or len(words) >= 4:
            continue
        before = blocks[filled[place - 1]][-3:] if place else []
        after = blocks[filled[place + 1]][:3] if place + 1 < len(filled) else []
        for joined in (before + words if before else [], words + after if after else []):
            if len(joined) >= 3 and f" {' '.join(joined)} " in text:
                labels[i] = 0.9
    copies = collections.defaultdict(list)
    for i in filled:
        copies[" ".join(blocks[i])].append(i)

    def company(i):
        near = [(labels[j], len(blocks[j])) for j in range(max(0, i - 6), min(len(blocks), i + 7)) if j != i]
        return sum(a * b for a, b in near) / max(1, sum(b for _, b in near))

    for joined, places in copies.items():
        in_text = text.count(f" {joined} ") if joined.count(" ") >= 2 else 0
        allowed = max(lines.get(joined, 0), in_text, 1)
        for i in sorted(places, key=lambda i: -company(i))[allowed:]:
            labels[i] = 0.0
    return np.array(labels)


def read_rows(rows):
    """Of each page its id, its numbers, those of its blocks and their texts."""
    numbers = open(rows + ".rows", "rb")
    for line in open(rows + ".jsonl", encoding="utf-8"):
        name = numbers.read(4).decode()
        count, width, page_width = struct.unpack("III", numbers.read(12))
        of_page = np.frombuffer(numbers.read(4 * page_width), np.float32)
        of_blocks = np.frombuffer(numbers.read(4 * count * width), np.float32).reshape(count, width)
        yield name, of_page, of_blocks, json.loads(line)["texts"]


def page_of(source, kind, domain, of_page, of_blocks, texts, truth):
    blocks = [words_of(text) for text in texts]
    return {
        "source": source, "kind": kind, "page": of_page, "blocks": of_blocks, "words": blocks, "texts": texts, "labels": label(blocks, truth),
        "truth": collections.Counter(words_of(truth)), "shingles": shingles(truth),
        "fold": int(hashlib.md5(domain.encode()).hexdigest(), 16) % FOLDS}


def read_pages(folder, rows):
    pages = []
    for name, of_page, of_blocks, texts in read_rows(rows):
        about = json.loads((pathlib.Path(folder) / "ground-truth" / (name + ".json")).read_text(encoding="utf-8"))
        truth = about.get("ground_truth")
        if not isinstance(truth, dict):
            continue
        truth = truth.get("main_content") or ""
        kind = ((about.get("_internal") or {}).get("page_type") or {}).get("primary", "article")
        domain = ".".join(urllib.parse.urlsplit(about.get("url") or "").netloc.split(".")[-2:]) or name
        pages.append(page_of("wcxb", "collection" if kind == "category" else kind, domain, of_page, of_blocks, texts, truth))
    named = [line.split(maxsplit=1) for line in open(rows + ".names", encoding="utf-8")]
    return pages, [n.strip() for of, n in named if of == "page"], [n.strip() for of, n in named if of == "block"]


class Text(html.parser.HTMLParser):
    """What an expected article says, without captions."""
    BREAKS = {"p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "section", "article", "pre", "blockquote", "figure",
              "figcaption", "ul", "ol", "table"}
    SILENT = {"script", "style", "svg", "math", "noscript", "figcaption"}

    def __init__(self):
        super().__init__()
        self.parts, self.silent = [], 0

    def handle_starttag(self, tag, attributes):
        self.silent += tag in self.SILENT
        if tag in self.BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag):
        self.silent = max(0, self.silent - (tag in self.SILENT))
        if tag in self.BREAKS:
            self.parts.append("\n")

    def handle_data(self, text):
        if not self.silent:
            self.parts.append(text)


def read_articles(listed, rows):
    paths = dict(line.split() for line in open(listed, encoding="utf-8"))
    pages = []
    for name, of_page, of_blocks, texts in read_rows(rows):
        folder = pathlib.Path(paths[name]).parent
        text = Text()
        text.feed((folder / "expected.html").read_text(encoding="utf-8"))
        site = folder.name.rstrip("0123456789").rstrip("-")
        pages.append(page_of("readability", "article", site, of_page, of_blocks, texts, "".join(text.parts)))
    return pages


def fit_kinds(pages):
    model = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=6, learning_rate=0.12, l2_regularization=2, min_samples_leaf=8,
                                           early_stopping=False, random_state=0, max_bins=32)
    return model.fit(np.array([p["page"] for p in pages]), [KINDS.index(p["kind"]) for p in pages])


def row_of(page, chosen, signs):
    tail = np.concatenate([page["chances"], page["page"][signs]]).astype(np.float32)
    return np.hstack([page["blocks"][:, chosen], np.repeat(tail[None], len(page["blocks"]), 0)])


def fit_blocks(pages, chosen, signs):
    random = np.random.RandomState(0)
    xs, ys, ws = [], [], []
    for page in pages:
        if not page["truth"] or not len(page["blocks"]):
            continue
        weight = np.array([max(1, len(w)) ** 0.7 for w in page["words"]])
        weight *= 100 / weight.sum()
        take = np.arange(len(weight))
        if len(take) > BLOCKS_A_PAGE:
            take = random.choice(take, BLOCKS_A_PAGE, replace=False)
            weight = weight * weight.sum() / weight[take].sum()
        rows = row_of(page, chosen, signs)[take]
        for value, share in ((1, page["labels"][take]), (0, 1 - page["labels"][take])):
            there = share > 0.05
            xs.append(rows[there])
            ys.append(np.full(there.sum(), value))
            ws.append(weight[take][there] * share[there])
    model = HistGradientBoostingClassifier(max_iter=150, max_leaf_nodes=20, learning_rate=0.1, l2_regularization=1, min_samples_leaf=20,
                                           early_stopping=False, random_state=0, max_bins=128)
    return model.fit(np.vstack(xs), np.concatenate(ys), sample_weight=np.concatenate(ws))


def by_rules(page, chances, names):
    """As in content.cpp."""
    article = page["chances"][0] ** 2
    taken = page["blocks"][:, names.index("main")] > 0
    chances = np.where(page["blocks"][:, names.index("inside_hidden")] > 0, chances * (1 - HIDDEN * article), chances)
    return np.where(taken, 1 - (1 - chances) * (1 - TAKEN * article), chances * (1 - LEFT_OUT * article))


def choose(page, chances):
    words = np.array([len(w) for w in page["words"]], float)
    order = np.argsort(-chances)
    right, taken = np.cumsum((chances * words)[order]), np.cumsum(words[order])
    best = np.argmax(2 * right / np.maximum(taken + right[-1], 1e-9))
    return chances >= chances[order[best]]


def f1(given, truth):
    right = sum((given & truth).values())
    if not given or not truth or not right:
        return float(not given and not truth)
    return 2 * right / (sum(given.values()) + sum(truth.values()))


def cross_validate(pages, chosen, signs):
    for fold in range(FOLDS):
        model = fit_blocks([p for p in pages if p["fold"] != fold], chosen, signs)
        for page in pages:
            if page["fold"] == fold and len(page["blocks"]):
                page["likely"] = model.predict_proba(row_of(page, chosen, signs))[:, 1]


def report(pages, names):
    scores, runs = collections.defaultdict(list), collections.defaultdict(list)
    for page in pages:
        kept = []
        if len(page["blocks"]):
            kept = np.nonzero(choose(page, by_rules(page, page["likely"], names)))[0]
        given = collections.Counter(word for i in kept for word in page["words"][i])
        wcxb = page["source"] == "wcxb"
        for name in (page["kind"], "all") if wcxb else (page["source"],):
            scores[name].append(f1(given, page["truth"]))
        if page["kind"] == "article" and page["shingles"]:
            said = shingles("\n".join(page["texts"][i] for i in kept))
            right = sum((said & page["shingles"]).values())
            runs["article" if wcxb else page["source"]].append((right / max(1, sum(said.values())), right / sum(page["shingles"].values())))
    for name in KINDS + ["all", "readability"]:
        if not scores[name]:
            continue
        line = f"{name:14} {len(scores[name]):5} words {np.mean(scores[name]):.4f}"
        if runs[name]:
            precision, recall = np.mean(runs[name], 0)
            line += f"  runs of four: precision {precision:.4f} recall {recall:.4f} F1 {2 * precision * recall / (precision + recall):.4f}"
        print(line)


def write_trees(model, names, path, what):
    used, lines = {}, []

    def nodes(tree, at):
        node = tree[at]
        if node["is_leaf"]:
            return [f"={node['value']:.4g}"]
        place = used.setdefault(int(node["feature_idx"]), len(used))
        return [f"{place}<{node['num_threshold']:.6g}"] + nodes(tree, node["left"]) + nodes(tree, node["right"])

    for round_of_trees in model._predictors:
        lines += [" ".join(nodes(tree.nodes, 0)) for tree in round_of_trees]
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"# {what} by bench/crawler/fit_pages.py.\n")
        out.write("features " + " ".join(names[i] for i in used) + "\n")
        out.write("base " + " ".join(f"{b:.6g}" for b in np.ravel(model._baseline_prediction)) + "\n" + "\n".join(lines) + "\n")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("mode", choices=("cv", "fit"))
    arguments.add_argument("wcxb")
    arguments.add_argument("rows")
    arguments.add_argument("--articles", nargs=2, metavar=("LIST", "ROWS"))
    arguments.add_argument("--features", metavar="TREES")
    given = arguments.parse_args()
    pages, of_page, of_block = read_pages(given.wcxb, given.rows)
    if given.articles:
        pages += read_articles(*given.articles)
    wanted = of_block
    if given.features:
        wanted = next(line for line in open(given.features, encoding="utf-8") if line.startswith("features ")).split()[1:]
    chosen = [i for i, name in enumerate(of_block) if name in wanted]
    signs = [of_page.index(name) for name in PAGE_SIGNS]
    for fold in range(FOLDS):
        model = fit_kinds([p for p in pages if p["fold"] != fold])
        for page in pages:
            if page["fold"] == fold:
                page["chances"] = model.predict_proba(page["page"][None])[0]
    right = np.mean([KINDS[int(p["chances"].argmax())] == p["kind"] for p in pages])
    print(f"kind of page right: {right:.3f}", flush=True)
    if given.mode == "cv":
        cross_validate(pages, chosen, signs)
        report(pages, of_block)
        return
    what = "fitted on the development pages of WCXB (Foley 2026, CC BY 4.0)"
    if given.articles:
        what += " and Mozilla's of Readability (Apache License 2.0)"
    write_trees(fit_kinds(pages), of_page, "page_kind.trees", "Which kind a page is, " + what)
    names = [of_block[i] for i in chosen] + ["kind_" + kind for kind in KINDS] + PAGE_SIGNS
    write_trees(fit_blocks(pages, chosen, signs), names, "block.trees", "Whether a block is content, " + what)


if __name__ == "__main__":
    main()
