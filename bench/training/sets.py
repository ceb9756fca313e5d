"""Writes the public data sets of a folder as plain files that bench_models and rivals.py both read: sets.py FROM TO

FROM holds 20news/20news-bydate.tar.xz, adult/adult.{data,test}.gz, sms-spam/SMSSpamCollection.gz and
california-housing/housing.csv.gz; what is not there is passed over. TO gets NAME.train and NAME.test. The first line says
what a line is: `text`, or the columns, `name:number` or `name:category`; the label or target stands first, tabs between.
Adult and 20 Newsgroups have their own split; the others are split by a hash of their content, SMS without its duplicates.
"""
import csv
import gzip
import hashlib
import os
import sys
import tarfile

ADULT = ("age:number workclass:category fnlwgt:number education:category education_num:number marital:category "
         "occupation:category relationship:category race:category sex:category gain:number loss:number hours:number "
         "country:category").split()


def flat(text):
    return text.replace("\\", " ").replace("\t", " ").replace("\r", " ").replace("\n", " \\n ")


def share(content):
    return int(hashlib.sha256(content.encode()).hexdigest()[:8], 16) / 2 ** 32


def write(folder, name, head, parts):
    for part, lines in parts.items():
        with open(os.path.join(folder, name + "." + part), "w", encoding="utf-8", newline="\n") as file:
            file.write(head + "\n")
            file.writelines(line + "\n" for line in lines)


def newsgroups(source, target):
    parts = {"train": [], "test": []}
    with tarfile.open(source) as tar:
        for member in tar:
            if not member.isfile():
                continue
            split, label = member.name.split("/")[-3:-1]
            text = tar.extractfile(member).read().decode("latin-1")
            parts["train" if split.endswith("train") else "test"].append(label + "\t" + flat(text))
    write(target, "20news", "text", parts)


def adult(folder, target):
    parts = {}
    for part, name in (("train", "adult.data.gz"), ("test", "adult.test.gz")):
        with gzip.open(os.path.join(folder, name), "rt") as file:
            rows = [[cell.strip() for cell in line.rstrip(".\n").split(",")] for line in file if line.count(",") == 14]
        parts[part] = ["\t".join([row[-1]] + ["" if cell == "?" else cell for cell in row[:-1]]) for row in rows]
    write(target, "adult", "\t".join(ADULT), parts)


def spam(source, target):
    parts = {"train": [], "test": []}
    seen = set()
    with gzip.open(source, "rt", encoding="utf-8", errors="replace") as file:
        next(file)
        for line in file:
            label, text = line.rstrip("\n").split("\t", 1)
            if text in seen:
                continue
            seen.add(text)
            parts["train" if share(text) < 0.7 else "test"].append(label + "\t" + flat(text))
    write(target, "sms", "text", parts)


def housing(source, target):
    parts = {"train": [], "test": []}
    with gzip.open(source, "rt") as file:
        reader = csv.DictReader(file)
        names = [name for name in reader.fieldnames if name != "median_house_value"]
        for row in reader:
            value = float(row["median_house_value"]) / 1e5
            cells = [row[name] for name in names]
            parts["train" if share(",".join(cells)) < 0.8 else "test"].append("\t".join([repr(value)] + cells))
    head = "\t".join(name + (":category" if name == "ocean_proximity" else ":number") for name in names)
    write(target, "housing", head, parts)


def main():
    source, target = sys.argv[1:3]
    os.makedirs(target, exist_ok=True)
    for make, path in ((newsgroups, "20news/20news-bydate.tar.xz"), (adult, "adult"),
                       (spam, "sms-spam/SMSSpamCollection.gz"), (housing, "california-housing/housing.csv.gz")):
        path = os.path.join(source, path)
        if os.path.exists(path):
            make(path, target)
        else:
            print(path + ": not there, passed over", file=sys.stderr)


main()
