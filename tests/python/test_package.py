"""What is handed out: wheel and sdist, types, and the examples as their readers run them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

from stage import PROGRAM, ROOT, SECRET, ServiceTest


def run(*words: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, env={**os.environ, **(env or {})})


class Package(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tilth-package-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def test_wheel_and_sdist_hold_the_package_and_install(self) -> None:
        if run(sys.executable, "-c", "import setuptools, wheel").returncode:
            self.skipTest("no python3-setuptools or python3-wheel here")
        built = run(ROOT / "script/python", self.folder / "one")
        self.assertEqual(built.returncode, 0, built.stderr)
        sdist, wheel = map(Path, built.stdout.split())
        again = run(ROOT / "script/python", self.folder / "two")
        self.assertEqual(wheel.read_bytes(), Path(again.stdout.split()[1]).read_bytes())
        sources = {f"tilth/{path.name}" for path in (ROOT / "python/tilth").iterdir() if path.suffix in (".py", ".typed")}
        with zipfile.ZipFile(wheel) as packed:
            self.assertEqual({name for name in packed.namelist() if "dist-info" not in name}, sources)
            packed.extractall(self.folder / "installed")
        with tarfile.open(sdist) as packed_too:
            self.assertTrue({f"tilth-0.1.0/{name}" for name in sources} <= set(packed_too.getnames()))
        said = run(sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(self.folder / 'installed')!r}); import tilth; print(tilth.__version__, tilth.Client)")
        self.assertIn("0.1.0 <class 'tilth.client.Client'>", said.stdout, said.stderr)

    def test_the_standard_library_is_enough(self) -> None:
        said = run(sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'python')!r}); import tilth; print('numpy' in sys.modules)")
        self.assertEqual(said.stdout.strip(), "False", said.stderr)

    def test_the_version_is_that_of_the_project(self) -> None:
        project = (ROOT / "CMakeLists.txt").read_text().split("project(tilth VERSION ")[1].split()[0]
        self.assertIn(f'version = "{project}"', (ROOT / "python/pyproject.toml").read_text())
        self.assertIn(f'__version__ = "{project}"', (ROOT / "python/tilth/__init__.py").read_text())

    def test_files_are_short_and_typed(self) -> None:
        for path in (ROOT / "python").rglob("*.py"):
            self.assertLessEqual(len(path.read_text().splitlines()), 400, path)
        if not (mypy := shutil.which("mypy", path="/usr/bin")):
            self.skipTest("no mypy here")
        said = run(mypy, "--strict", "--cache-dir", self.folder, ROOT / "python/tilth")
        self.assertEqual(said.returncode, 0, said.stdout)

    def test_no_name_is_left_over(self) -> None:
        if run(sys.executable, "-c", "import pyflakes").returncode:
            self.skipTest("no pyflakes here")
        said = run(sys.executable, "-m", "pyflakes", ROOT / "python", ROOT / "tests/python")
        self.assertEqual(said.stdout + said.stderr, "")


class Examples(ServiceTest):
    """On a machine without scikit-learn or XGBoost they are skipped, with a word."""

    def learning(self) -> dict[str, str]:
        wanted = "import sklearn.linear_model, xgboost"
        here = {"TILTH_URL": self.service.url, "TILTH_TOKEN": self.service.token, "TILTH_PROGRAM": PROGRAM}
        paths = {"PYTHONPATH": str(ROOT / "python")}
        if run(sys.executable, "-c", wanted, env=paths).returncode:
            # Debian's scikit-learn conflicts with the Boost of the build; this unpacks it into a folder of its own.
            found = run("sh", ROOT / "bench/training/sklearn_env.sh")
            if found.returncode:
                self.skipTest(f"no scikit-learn and XGBoost here: {found.stderr.strip()[-200:]}")
            said = dict(word.split("=", 1) for word in found.stdout.split())
            paths = {**said, "PYTHONPATH": f"{paths['PYTHONPATH']}:{said['PYTHONPATH']}"}
        return {**here, **paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

    def test_scikit_learn_on_texts(self) -> None:
        env = self.learning()
        rows = self.labelled("texts")
        training = {one.key for one in self.snapshot("texts").members("texts-1", "training")}
        wrong = next(row for row in rows if row["id"] in training)
        self.client.push_labels("texts", [{"key": wrong["id"], "label": "ham" if wrong["label"] == "spam" else "spam"}])
        self.client.create_snapshot("texts-2", project="texts", split="0.6,0.2,0.2")
        said = run(sys.executable, ROOT / "python/examples/sklearn_texts.py", "texts-2", "texts", env=env)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("accuracy on 48 of test: 1.000", said.stdout)
        self.assertIn("kept 48 predictions", said.stdout)
        self.assertIn(f"likely wrong: {wrong['id']}: ", said.stdout)

    def test_xgboost_on_a_table(self) -> None:
        env = self.learning()
        self.labelled("table")
        self.snapshot("table")
        self.client.add_source("outcomes", "push", {"secrets": [f"file:{self.service.secret}"], "key": "id"})
        said = run(sys.executable, ROOT / "python/examples/xgboost_table.py", "table-1", "table", "outcomes", SECRET, "label", "x", "y", env=env)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("accuracy on 48 of test: 1.000", said.stdout)
        self.assertIn("label spam: 24 records, 1.00 right (0.86 to 1.00)", said.stdout)
        self.assertEqual(len(list(self.client.suggestions("table", "xgboost"))), 48)

    def snapshot(self, name: str):  # type: ignore[no-untyped-def]
        self.client.create_snapshot(f"{name}-1", project=name, split="0.6,0.2,0.2")
        return self.client


if __name__ == "__main__":
    unittest.main()
