"""Pages gathered by advice against breadth-first, by the real program: bench_collect.py TILTH [SEEDS] [MODEL] [FOLDER]

The site is Debian's cppreference-doc-en-html behind nginx on loopback; a page's class is its part of the library (demo/pages.toml).
1,000 pages, drawn once and the same for all, are held out: they get no label in any arm. For each seed a crawl from a page drawn by
chance keeps 500 pages, a model of them is trained and analysed; then 500 more pages are gathered
    advice      by `errors RUN --collect 500 --send` and a worker
    breadth     by the same crawl going on breadth-first
and the model is fitted anew. A line for each arm and seed, then the difference over seeds: accuracy and macro-F1 on the pages held
out, with the 95 % bootstrap interval over these of the mean over seeds. FOLDER must be one that the database's user may enter.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

START, MORE, HELD_OUT, RESAMPLES = 500, 500, 1000, 1000
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SITE = "/usr/share/cppreference/doc/html"
PROJECT = 'name = "topics"\nkind = "classification"\nsource = "cppreference"\noverlap = 1\n'


class Site:
    def __init__(self, folder, port):
        self.url = "http://127.0.0.1:%d" % port
        with open(os.path.join(folder, "robots.txt"), "w", encoding="utf-8") as file:
            file.write("User-agent: *\nDisallow: /common/\nDisallow: /en/index.html?\n")
        temporary = "".join("%s_temp_path %s/tmp;\n" % (kind, folder) for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(
                "worker_processes 1; daemon off; pid %s/nginx.pid; error_log %s/error.log;\nevents { worker_connections 512; }\n"
                "http { types { text/html html; text/css css; image/png png; }\naccess_log off; %s"
                "server { listen 127.0.0.1:%d; root %s; location = /robots.txt { alias %s/robots.txt; } } }\n"
                % (folder, folder, temporary, port, SITE, folder)
            )
        self.process = subprocess.Popen(["nginx", "-c", folder + "/nginx.conf", "-p", folder])

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Tilth:
    def __init__(self, program, home):
        self.command = [program, "--home", home, "--json", "--quiet"]
        self.home = home

    def __call__(self, *words, given=None):
        done = subprocess.run(self.command + list(words), input=given, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError("%s: %s" % (" ".join(words), done.stderr.strip()))
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]

    def crawl(self, url, pages):
        limit = ["--max-pages", str(pages)] if pages else []
        self("crawl", url, "--source", "cppreference", "--allow-private", "--delay", "0", "--concurrency", "32", "--revisit", "adaptive",
             "--extract", os.path.join(ROOT, "demo/pages.toml"), *limit)

    def work(self):
        """Runs what waits for workers."""
        worker = subprocess.Popen(self.command + ["worker"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while any(job["state"] in ("waiting", "running") for job in self("jobs", "list")):
            time.sleep(0.5)
        worker.terminate()
        worker.wait()

    def pages(self):
        """All pages with a topic: url, label, title, text."""
        with tempfile.TemporaryDirectory(dir=os.path.dirname(self.home)) as folder:
            os.chmod(folder, 0o777)
            self("label", "project", "export", "topics", "--format", "jsonl", "--out", folder)
            rows = []
            for name in os.listdir(folder):
                if name.endswith(".jsonl"):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        rows += [json.loads(line) for line in file if line.strip()]
        return [row for row in rows if row.get("label")]

    def urls(self):
        rows = self("records", "list", "--source", "cppreference", "--limit", "1000000")
        return {row["key"]: row.get("url") or row["key"] for row in rows}


def learn(tilth, labels, number, model, folder):
    """Gives labels to the pages gathered, freezes and fits. Returns the run and how many were labelled."""
    path = os.path.join(folder, "labels.csv")
    known = [(key, labels[url]) for key, url in tilth.urls().items() if url in labels]
    with open(path, "w", encoding="utf-8") as file:
        file.write("key,label\n")
        for key, label in known:
            file.write('"%s","%s"\n' % (key.replace('"', '""'), label.replace('"', '""')))
    tilth("label", "project", "import", path, "--project", "topics", "--add-classes")
    name = "topics-%d" % number
    tilth("snapshot", "create", name, "--project", "topics", "--seed", "1")
    return tilth("train", name, "--model", model)[0]["run"], len(known)


def judge(tilth, model, held_out):
    lines = "".join(json.dumps({"title": row.get("title") or "", "body": row.get("text") or ""}) + "\n" for row in held_out)
    said = tilth("model", "predict", "topics-" + model, "-", given=lines)
    return [row.get("class") for row in said]


def figures(truth, said, rows):
    """Accuracy, and the mean F1 of the classes that the rows have."""
    right, counts = 0, {}
    for i in rows:
        right += truth[i] == said[i]
        of = counts.setdefault(truth[i], [0, 0, 0])
        of[0] += 1
        of[2] += truth[i] == said[i]
        counts.setdefault(said[i], [0, 0, 0])[1] += 1
    scores = [2 * both / (have + given) for have, given, both in counts.values() if have]
    return right / len(rows), sum(scores) / len(scores)


def interval(truth, arms):
    """Of the mean over seeds of advice less breadth, for both figures."""
    dice, draws = random.Random(7), []
    for _ in range(RESAMPLES):
        rows = [dice.randrange(len(truth)) for _ in truth]
        both = [[figures(truth, said, rows) for said in arms[arm]] for arm in ("advice", "breadth")]
        draws.append([sum(a[k] - b[k] for a, b in zip(*both)) / len(both[0]) for k in (0, 1)])
    return [(sorted(d[k] for d in draws)[RESAMPLES // 40], sorted(d[k] for d in draws)[-RESAMPLES // 40]) for k in (0, 1)]


def main():
    if len(sys.argv) < 2:
        sys.exit("bench_collect.py TILTH [SEEDS] [MODEL] [FOLDER]")
    program, seeds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    model = sys.argv[3] if len(sys.argv) > 3 else "softmax"
    folder = tempfile.mkdtemp(prefix="tilth-collect-", dir=sys.argv[4] if len(sys.argv) > 4 else "/var/tmp")
    os.chmod(folder, 0o755)
    site = Site(folder, 18790)
    try:
        whole = Tilth(program, os.path.join(folder, "whole"))
        whole.crawl(site.url + "/en/index.html", 0)
        project = os.path.join(folder, "topics.toml")
        with open(project, "w", encoding="utf-8") as file:
            file.write(PROJECT)
        whole("label", "project", "create", project)
        whole("label", "project", "import", "--project", "topics", "--field", "topic", "--add-classes")
        pages = sorted(whole.pages(), key=lambda row: row["url"])
        random.Random(1).shuffle(pages)
        held_out, others = pages[:HELD_OUT], pages[HELD_OUT:]
        labels = {row["url"]: row["label"] for row in others}
        truth = [row["label"] for row in held_out]
        print("%d pages with %d classes, %d held out" % (len(pages), len({row["label"] for row in pages}), len(held_out)), flush=True)
        arms = {"advice": [], "breadth": []}
        for seed in range(1, seeds + 1):
            first = random.Random(seed).choice(others)["url"]
            start = Tilth(program, os.path.join(folder, "start%d" % seed))
            start.crawl(first, START)
            start("label", "project", "create", project)
            run, known = learn(start, labels, 1, model, folder)
            said = judge(start, model, held_out)
            print("seed %d start: %d labels, accuracy %.4f macro-F1 %.4f" % ((seed, known) + figures(truth, said, range(len(truth)))),
                  flush=True)
            for arm in arms:
                tilth = Tilth(program, os.path.join(folder, "%s%d" % (arm, seed)))
                subprocess.run(["cp", "-a", start.home, tilth.home], check=True)
                if arm == "breadth":
                    tilth.crawl(first, MORE)
                else:
                    found = tilth("errors", str(run), "--collect", str(MORE), "--send")[0]
                    for one in found["collect"][:8]:
                        print("  %s: %d asked first of %d that wait, %d like it and %d others seen; %s" % (
                            one["prefer"], round(one["share"] * one["waiting"]), one["waiting"], one["like"], one["others"], one["finding"]))
                    print("  %d places in all" % len(found["collect"]))
                    tilth.work()
                _, known = learn(tilth, labels, 2, model, folder)
                said = judge(tilth, model, held_out)
                arms[arm].append(said)
                print("seed %d %s: %d labels, accuracy %.4f macro-F1 %.4f" % ((seed, arm, known) + figures(truth, said, range(len(truth)))),
                      flush=True)
                shutil.rmtree(tilth.home)
        means = {arm: [sum(figures(truth, said, range(len(truth)))[k] for said in arms[arm]) / seeds for k in (0, 1)] for arm in arms}
        bounds = interval(truth, arms)
        for k, name in enumerate(("accuracy", "macro-F1")):
            print("%s: advice %.4f, breadth %.4f, difference %+.4f (%+.4f to %+.4f)"
                  % (name, means["advice"][k], means["breadth"][k], means["advice"][k] - means["breadth"][k], *bounds[k]))
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)


main()
