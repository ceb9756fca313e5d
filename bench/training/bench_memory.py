"""Peak memory of the program by how many records there are, command by command: python3 bench_memory.py PROGRAM [RECORDS ..]

RECORDS are 10000, 100000 and 1000000 by default. Each number has a source of its own, of records with a text of 25 words (one in fifty
a near-copy of the one before), five numbers and one of ten classes; truth is inferred from three answers to each of as many questions.
The commands are those that people give, run by the real program on an embedded database that `serve` keeps open, so that what is
measured (the resident set at its largest, from the system) is this program and not the server, whose memory lies in its settings.
The files stand where temporary files go (TMPDIR), which wants some 10 GB for a million records, and goes with the bench.
"""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

FIELDS = ["n0", "n1", "n2", "n3", "n4"]


def write_records(path, records):
    rand = random.Random(1)
    words = [f"word{i}" for i in range(20000)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("id,text,kind," + ",".join(FIELDS) + "\n")
        text = []
        for i in range(records):
            kind = rand.randrange(10)
            if i % 50 == 49:
                text = text[:-1] + [rand.choice(words)]
            else:
                text = [f"about{kind}"] + rand.choices(words, k=24)
            numbers = ",".join(f"{rand.gauss(kind, 8):.4f}" for _ in FIELDS)
            file.write(f"record-{i},{' '.join(text)},kind {kind},{numbers}\n")


def write_answers(path, questions):
    rand = random.Random(2)
    with open(path, "w", encoding="utf-8") as file:
        file.write("question,worker,answer\n")
        for i in range(questions):
            truth = rand.randrange(4)
            for worker in rand.sample(range(200), 3):
                said = truth if rand.random() < 0.8 else rand.randrange(4)
                file.write(f"q{i},w{worker},c{said}\n")


class Bench:
    def __init__(self, program, home):
        self.program = program
        self.home = home
        self.server = subprocess.Popen(self.command("serve", "--port", "0"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            time.sleep(0.3)
            if self.measure("source", "list", fails=True):
                return
        sys.exit("bench_memory: the embedded database does not start")

    def command(self, *words):
        return [self.program, "--home", self.home, "--quiet", *words]

    def measure(self, *words, fails=False):
        """Megabytes and seconds of a command; None where it may fail and does."""
        said = open(os.path.join(self.home, "said"), "w+b")
        begun = time.monotonic()
        running = subprocess.Popen(self.command(*words), stdout=subprocess.DEVNULL, stderr=said)
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode == 0:
            return used.ru_maxrss / 1024, time.monotonic() - begun
        if fails:
            return None
        said.seek(0)
        sys.exit(f"bench_memory: {' '.join(words)}: {said.read().decode(errors='replace').strip()}")

    def end(self):
        self.server.terminate()
        self.server.wait()


def steps(home, records):
    """What is measured, by its name; None: only done."""
    source, project = f"s{records}", f"p{records}"
    data, rules, asked, answers, numbers = (os.path.join(home, name) for name in ("data.csv", "rules.toml", "project.toml", "answers.csv", "numbers.toml"))
    write_records(data, records)
    write_answers(answers, records)
    with open(rules, "w", encoding="utf-8") as file:
        file.write('key = "id"\nbody = "text"\n')
        for name in FIELDS:
            file.write(f'[[column]]\nname = "{name}"\nfield = "{name}"\nop = "number"\n')
    with open(asked, "w", encoding="utf-8") as file:
        file.write(f'name = "{project}"\nkind = "classification"\nsource = "{source}"\n')
        for kind in range(10):
            file.write(f'[[class]]\nname = "kind {kind}"\nhotkey = "{kind}"\n')
    with open(numbers, "w", encoding="utf-8") as file:
        file.write("[features]\ntext = false\n")
    first, other = f"{source}-a", f"{source}-b"
    return [
        ("ingest", ["ingest", data, "--source", source, "--map", rules]),
        (None, ["label", "project", "create", asked]),
        ("labels in", ["label", "project", "import", "--project", project, "--field", "kind"]),
        ("snapshot create", ["snapshot", "create", first, "--project", project]),
        ("snapshot create, another", ["snapshot", "create", other, "--project", project, "--where", "class <> 'kind 3'"]),
        ("snapshot verify", ["snapshot", "verify", first]),
        ("snapshot diff", ["snapshot", "diff", first, other]),
        ("train majority", ["train", first, "--model", "majority"]),
        ("train softmax, texts", ["train", first, "--model", "softmax", "--param", "epochs=2"]),
        ("train boosting, numbers", ["train", first, "--model", "boosting", "--spec", numbers, "--param", "rounds=20"]),
        ("quality profile", ["quality", "profile", source]),
        ("quality duplicates", ["quality", "duplicates", source, "--by", "text"]),
        ("quality outliers", ["quality", "outliers", source]),
        ("truth, three answers each", ["truth", "--input", answers, "--method", "ds"]),
    ]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    counts = [int(word) for word in sys.argv[2:]] or [10_000, 100_000, 1_000_000]
    home = tempfile.mkdtemp(prefix="tilth-memory-")
    os.chmod(home, 0o755)
    bench = Bench(os.path.abspath(sys.argv[1]), home)
    try:
        print(f"{'records':>9}  {'command':<30}{'MB':>8}{'seconds':>9}")
        for records in counts:
            for name, words in steps(home, records):
                megabytes, seconds = bench.measure(*words)
                if name:
                    print(f"{records:>9}  {name:<30}{megabytes:>8.0f}{seconds:>9.1f}", flush=True)
    finally:
        bench.end()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
