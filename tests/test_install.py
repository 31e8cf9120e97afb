"""Set-up explains its failures: a stand-in for pip fails in every known way."""

import importlib.util
import os
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def installer(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("install", ROOT / "requirements/install.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    home = tmp_path / ".venv"
    home.mkdir()
    (tmp_path / "requirements").mkdir()
    for name in ("core", "report", "dev"):
        (tmp_path / f"requirements/{name}.txt").write_text(f"{name}==1\n")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "HOME", home)
    monkeypatch.setattr(module, "PYTHON", home / "python")
    return module


FOLDERS = ":env:.find-links='/wheels'\n"


def pip(installer, output: str, status: int, config: str = FOLDERS, uv: int = 0) -> None:
    """Put a program in the place of the environment's Python that says and does what pip would.

    config: what pip is configured to. uv: the exit status of that.
    """
    script = (
        "import os, sys\n"
        "if '--version' in sys.argv: sys.exit()\n"
        f"if 'config' in sys.argv: print({config!r}, end=''); sys.exit()\n"
        "open('calls', 'a').write(f\"{sys.argv[2:]} {os.environ.get('SSL_CERT_FILE')}\\n\")\n"
        f"if sys.argv[2] == 'uv': sys.exit({uv})\n"
        "if 'uv.txt' in sys.argv[-1]: sys.exit()\n"
        f"print({output!r}); open('ran', 'a').write('x'); sys.exit({status})"
    )
    script = f"#!{sys.executable}\n{script}\n"
    installer.PYTHON.write_text(script)
    installer.PYTHON.chmod(0o755)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "do not use it"),
        ("Retrying after connection broken by 'NewConnectionError'", "No connection"),
        ("ERROR: No matching distribution found for torch==2.11.0", "no build for this machine"),
        ("something else", "core.log"),
    ],
)
def test_a_failure_is_one_sentence_with_the_next_step(installer, output, sentence):
    pip(installer, output, 1)
    with pytest.raises(SystemExit) as caught:
        installer.main(["core"])
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_installed_is_left_alone_until_its_lock_file_changes(installer):
    pip(installer, "fine", 0)
    installer.main(["core"])
    installer.main(["core"])
    assert (installer.ROOT / "ran").read_text() == "x"
    (installer.ROOT / "requirements/core.txt").write_text("core==2\n")
    installer.main(["core"])
    assert (installer.ROOT / "ran").read_text() == "xx"


def test_sets_are_installed_at_once_and_nothing_is_compiled_ahead(installer):
    pip(installer, "fine", 0)
    installer.main(["core", "dev", "report"])
    both, report = (literal_eval(call.rpartition(" ")[0]) for call in calls(installer))
    assert [part for part in both if part.endswith(".txt")] == [
        "requirements/core.txt", "requirements/dev.txt",
    ]  # fmt: skip
    assert report[-1] == "requirements/report.txt"
    assert "--no-compile" in both and "--require-hashes" in both
    installer.main(["core", "dev", "report"])
    assert len(calls(installer)) == 2


def test_what_is_compiled_is_kept_whatever_the_environment_says():
    shown = subprocess.run(
        ["make", "-s", "--eval", "shown: ; @env", "shown"],
        cwd=ROOT, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "PATH=" in shown.stdout and "PYTHONDONTWRITEBYTECODE" not in shown.stdout


def calls(installer) -> list[str]:
    """The programs that were called, with their arguments."""
    return (installer.ROOT / "calls").read_text().splitlines()


@pytest.fixture
def developers(installer):
    """The lock file that names uv."""
    pins = [
        f"{pin} \\\n    --hash=sha256:{pin[-1]}\n" for pin in ("urllib3==3", "uv==2", "vine==5")
    ]
    (installer.ROOT / "requirements/dev.txt").write_text("".join(pins))


@pytest.mark.usefixtures("developers")
def test_uv_installs_by_the_same_hashes_from_the_same_index(installer):
    index = "https://user:it's@example.org/simple"
    pip(installer, "", 1, config=f"global.index-url={index!r}\n:env:.cert='/certificates'\n")
    installer.main(["core"])
    bootstrap, uv = calls(installer)
    assert "--require-hashes" in bootstrap and "'--no-deps'" in bootstrap
    assert (installer.HOME / "uv.txt").read_text() == "uv==2 \\\n    --hash=sha256:2\n"
    assert uv.startswith("['uv'") and "'--require-hashes'" in uv and "requirements/core.txt" in uv
    assert f"'--default-index', {index!r}" in uv and uv.endswith("/certificates")


@pytest.mark.usefixtures("developers")
@pytest.mark.parametrize(
    "config", [FOLDERS, "global.extra-index-url='https://example.org'\n", "what is this?\n"]
)
def test_pip_installs_what_it_is_configured_to_find_in_several_places(installer, config):
    pip(installer, "fine", 0, config=config)
    installer.main(["core"])
    (call,) = calls(installer)
    assert call.startswith("['pip', 'install', '--require-hashes'")


@pytest.mark.usefixtures("developers")
def test_where_uv_fails_pip_installs_and_says_why_it_cannot(installer):
    pip(installer, "OSError: [Errno 28] No space left on device", 1, config="", uv=2)
    with pytest.raises(SystemExit, match="The disk is full"):
        installer.main(["core"])
    assert [call.split("'")[1] for call in calls(installer)] == ["pip", "uv", "pip"]


def test_without_quarto_set_up_goes_on_and_says_so_once(installer, capsys):
    pip(installer, "urllib.error.URLError: Name or service not known", 1)
    installer.main(["report"])
    assert capsys.readouterr().out.count("rendered as a preview") == 1
    installer.main(["report"])
    assert "preview" not in capsys.readouterr().out


def test_an_old_python_and_a_full_disk_are_told_before_anything_is_done(installer, monkeypatch):
    free = type("usage", (), {"free": 1e9})()
    monkeypatch.setattr(installer.shutil, "disk_usage", lambda path: free)
    with pytest.raises(SystemExit, match="12 GB of disk are needed"):
        installer.main(["core"])
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    with pytest.raises(SystemExit, match="newer is needed"):
        installer.main(["core"])


def test_lock_files_pin_every_package_with_hashes_and_no_address():
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        blocks = [b for b in text.replace("\\\n", " ").splitlines() if b and b[0] not in "# "]
        assert all("==" in block and "--hash=sha256:" in block for block in blocks), path
        assert "://" not in text


def test_what_is_installed_at_once_is_locked_to_the_same():
    core, dev = (
        (ROOT / f"requirements/{name}.txt").read_text().replace("\\\n", " ").splitlines()
        for name in ("core", "dev")
    )
    assert set(core) <= set(dev)


def test_help_and_an_unknown_set_name_the_sets_and_install_nothing(installer, capsys):
    for arguments, status in ((["--help"], 0), (["coar"], 2), ([], 2)):
        with pytest.raises(SystemExit) as ended:
            installer.parse(arguments)
        assert ended.value.code == status
        said = "".join(capsys.readouterr())
        assert "SET" in said and "Traceback" not in said
        if arguments:
            assert "core" in said and "report" in said
    assert installer.parse(["report", "core"]) == ["report", "core"]


@pytest.mark.xdist_group("one")
def test_groups_of_tests_stay_together(request):
    """pytest-xdist 3.8 writes a group into a test's id by an attribute that pytest 9.2 ignores."""
    assert not getattr(request.config.option, "loadgroup", False) or "@" in request.node.nodeid
