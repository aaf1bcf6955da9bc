"""What is built, published and asked of contributors: the wheel, the workflows, the hooks and the forms."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.integration.needs import need

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
TOOLS = Path(sys.executable).parent

FORMS = sorted(str(form) for form in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if form.stem != "config")


def said(*command: str, cwd: Path = ROOT, **env: str) -> str:
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", [str(GITHUB / "workflows" / f"{name}.yml") for name in ("check", "release")]),
        ("vendor.github-issue-forms", FORMS),
        ("vendor.github-issue-config", [str(GITHUB / "ISSUE_TEMPLATE" / "config.yml")]),
    ],
)
def test_workflows_and_forms_are_what_their_schemas_allow(schema: str, files: list[str]) -> None:
    checker = shutil.which("check-jsonschema", path=str(TOOLS))
    need(checker, "needs check-jsonschema: pip install check-jsonschema")
    assert files
    said(str(checker), "--builtin-schema", schema, *files)


def test_the_workflows_give_no_more_rights_than_they_use() -> None:
    """Every action stands by its commit, no step keeps a password, no text from outside becomes a command."""
    zizmor = shutil.which("zizmor", path=str(TOOLS))
    need(zizmor, "needs zizmor: pip install zizmor")
    said(str(zizmor), "--offline", "--no-progress", "--pedantic", str(GITHUB))


def test_the_hooks_of_a_commit_are_the_checks_of_make_check() -> None:
    checks = re.findall(r"^begin (\w+) ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    hooks = re.findall(r"- id: (\w+)", (ROOT / ".pre-commit-config.yaml").read_text())
    assert checks
    assert sorted(hooks) == sorted(checks)


def test_the_oldest_version_of_python_is_the_one_that_the_workflows_use_first() -> None:
    least = re.findall(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    used = re.findall(r'python-version: "([\d.]+)"', (GITHUB / "workflows" / "check.yml").read_text())
    assert least
    assert set(used) == set(least)


@pytest.mark.audit
def test_the_site_of_the_documentation_is_built_without_a_warning() -> None:
    zensical = shutil.which("zensical", path=str(TOOLS))
    need(zensical, "needs zensical: pip install zensical 'mkdocstrings[python]'")
    said(str(zensical), "build", "--clean", "--strict")
    assert "SC32232558" in (ROOT / "var" / "site" / "reference" / "library.html").read_text("utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    return built(ROOT, folder, "wheel")


def built(source: Path, folder: Path, kind: str) -> Path:
    said(sys.executable, "-m", "hatchling", "build", "-d", str(folder), "-t", kind, cwd=source)
    (file,) = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return file


def test_a_wheel_that_is_built_elsewhere_at_another_time_is_the_same_to_the_byte(wheel: Path, tmp_path: Path) -> None:
    source, folder = tmp_path / "elsewhere", tmp_path / "dist"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copyfile(ROOT / name, source / name)
    shutil.copytree(ROOT / "src", source / "src", copy_function=shutil.copyfile)
    folder.mkdir()

    assert built(source, folder, "wheel").read_bytes() == wheel.read_bytes()


def test_the_installed_wheel_registers_an_order_and_has_its_command(wheel: Path, tmp_path: Path) -> None:
    """With the libraries of these tests, and nothing of the source."""
    home = tmp_path / "venv"
    venv.create(home, symlinks=True)
    packages = next((home / "lib").glob("python*")) / "site-packages"
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = home / "bin" / "python"
    said(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)),
        *("install", "--quiet", "--no-index", "--no-deps", str(wheel)),
    )
    script = (
        "import sikpro\n"
        "assert 'site-packages' in sikpro.__file__, sikpro.__file__\n"
        f"with sikpro.connect('sqlite:///{tmp_path}/orders.db') as app:\n"
        "    print(app.register('AO SC32232558 ZTEGC6754546 SDA ODP-SDA-003 F5SDA445').number)\n"
    )
    assert said(str(python), "-c", script, cwd=tmp_path, PYTHONPATH="").strip() == "SC32232558"
    assert said(str(home / "bin" / "sikpro"), "--version", cwd=tmp_path, PYTHONPATH="").startswith("sikpro, version")
