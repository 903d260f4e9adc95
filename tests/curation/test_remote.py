"""Sources and builds at addresses, with a real object store on this machine."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from curation import Workspace, build_dataset, open_build
from curation.remote import hand_over
from curation.workspace import sha256_of
from schemas.errors import ConfigError, CurateError, YamlError
from tests.conftest import QA_SOURCE, MakeWorkspace, curate
from tests.curation.test_build import files_of

PAIRS = [(f"Question {number}: how can I sleep?", f"Answer {number}: get up at a fixed hour.") for number in range(9)]
LINES = "".join(json.dumps({"q": question, "a": answer}) + "\n" for question, answer in PAIRS)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The bucket ``texts`` of an S3 server on this machine, with credentials where its tools look for them."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        fsspec.filesystem("s3").mkdir("texts")
        yield "s3://texts"
    server.stop()


def workspace_of(make: MakeWorkspace, address: str, **source: Any) -> Workspace:
    return make([], sources=[{**QA_SOURCE, "path": address, **source}])


def test_a_source_in_a_bucket_gives_the_items_of_a_file(s3: str, make_workspace: MakeWorkspace) -> None:
    fsspec.filesystem("s3").pipe("texts/answers.jsonl", LINES.encode())
    remote = workspace_of(make_workspace, f"{s3}/answers.jsonl")
    result = build_dataset(remote)
    items = open_build(remote).items()
    build_dataset(local := make_workspace(PAIRS, name="local"))
    same = ["item_id", "content_hash", "question", "answer", "split", "pii"]
    assert items.select(same) == open_build(local).items().select(same)
    (read,) = result.manifest.files_read
    assert (read.path, read.bytes) == (f"{s3}/answers.jsonl", len(LINES))
    assert read.sha256 == sha256_of(local.sources / "answers.jsonl")
    assert items["provenance"][0]["file"].as_py() == f"{s3}/answers.jsonl"


def test_a_source_that_changed_is_fetched_again_and_what_left_it_leaves(s3: str, make_workspace: MakeWorkspace) -> None:
    store = fsspec.filesystem("s3")
    store.pipe("texts/changing.jsonl", LINES.encode())
    workspace = workspace_of(make_workspace, f"{s3}/changing.jsonl")
    first = build_dataset(workspace)
    assert build_dataset(workspace).work.existed
    store.pipe("texts/changing.jsonl", LINES.split("\n", 1)[1].encode())
    second = build_dataset(workspace)
    assert (first.manifest.items, second.manifest.items) == (9, 8)
    (kept,) = (workspace.private / "fetched").glob("*/*/*")
    assert "Question 0:" not in kept.read_text()
    workspace_of(make_workspace, f"{s3}/answers.jsonl")  # the same workspace, with another source
    build_dataset(workspace)
    assert "changing" not in str(list((workspace.private / "fetched").glob("*/*/*")))


def test_a_folder_saved_by_datasets_is_read_from_an_address(tmp_path: Path, make_workspace: MakeWorkspace) -> None:
    import datasets

    datasets.Dataset.from_dict({"q": [q for q, _ in PAIRS], "a": [a for _, a in PAIRS]}).save_to_disk(
        tmp_path / "saved"
    )
    workspace = workspace_of(make_workspace, (tmp_path / "saved").as_uri())
    result = build_dataset(workspace)
    assert result.manifest.items == 9
    assert {file.path.removeprefix((tmp_path / "saved").as_uri()) for file in result.manifest.files_read} > {
        "/state.json",
        "/dataset_info.json",
    }


@pytest.mark.parametrize("kind", ["s3", "memory", "file"])
def test_a_build_is_copied_and_compared(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, make_workspace: MakeWorkspace
) -> None:
    to = {"s3": "", "memory": "memory://builds/ours", "file": (tmp_path / "copies").as_uri()}[kind]
    to = to or f"{request.getfixturevalue('s3')}/builds"
    workspace = make_workspace(PAIRS)
    result = build_dataset(workspace, to=to)
    assert result.copy_at == f"{to}/{result.manifest.build_id}"
    store, path = fsspec.url_to_fs(result.copy_at)
    there = {name.rsplit("/", 1)[1]: store.cat_file(name) for name in store.find(path)}
    assert there == files_of(workspace.root / result.folder)
    assert build_dataset(workspace, to=to).work.existed, "a copy that stands is left"
    store.pipe_file(f"{path}/items.parquet", b"damaged")
    with pytest.raises(CurateError, match=r"items.parquet: is not what was copied there. Remove the copy"):
        build_dataset(workspace, to=to)


def test_a_copy_is_whole_once_its_manifest_is_there(tmp_path: Path, make_workspace: MakeWorkspace) -> None:
    """Of a copy that was broken off there is no manifest, and the next one completes it."""
    workspace = make_workspace(PAIRS)
    folder = workspace.root / build_dataset(workspace).folder
    sums = open_build(workspace).manifest.sha256
    address = f"memory://broken/{folder.name}"
    with pytest.raises(CurateError, match="pairs.parquet: is not what was copied there"):
        hand_over(folder, {**sums, "pairs.parquet": "0" * 64}, "manifest.json", address)
    store, path = fsspec.url_to_fs(address)
    assert store.exists(f"{path}/items.parquet")
    assert not store.exists(f"{path}/manifest.json")
    hand_over(folder, sums, "manifest.json", address)
    assert store.exists(f"{path}/manifest.json")


def test_what_is_wrong_at_an_address_is_told_with_the_mend(s3: str, make_workspace: MakeWorkspace) -> None:
    def told(address: str) -> str:
        with pytest.raises(CurateError) as error:
            build_dataset(workspace_of(make_workspace, address))
        return str(error.value)

    missing = "there is no such file, folder or bucket. Check the address, letter by letter."
    assert told(f"{s3}/nothing.jsonl") == f"{s3}/nothing.jsonl: {missing}"
    assert told("s3://no-such-bucket/answers.jsonl") == f"s3://no-such-bucket/answers.jsonl: {missing}"
    assert "there are no addresses of nothing://" in told("nothing://bucket/answers.jsonl")
    assert "addresses of gs:// need a package that is not installed. " in told("gs://bucket/answers.jsonl")
    with pytest.raises(CurateError, match=r"s3://no-such-bucket/.*: there is no such file, folder or bucket"):
        build_dataset(make_workspace(PAIRS), to="s3://no-such-bucket/builds")


def test_secrets_have_no_place_in_an_address(make_workspace: MakeWorkspace) -> None:
    for address in ("s3://key:secret@bucket/answers.jsonl", "https://example.org/answers.jsonl?X-Amz-Signature=secret"):
        with pytest.raises(YamlError, match=r"line \d+, field 'sources.0.path': holds a user, a password or") as told:
            build_dataset(workspace_of(make_workspace, address))
        assert "secret" not in str(told.value)


def test_an_address_that_nothing_can_be_copied_to_is_refused_before_the_build(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(PAIRS)
    with pytest.raises(ConfigError, match="field '--to': holds a user, a password or a signature") as told:
        build_dataset(workspace, to="s3://key:secret@bucket/builds")
    assert "secret" not in str(told.value)
    with pytest.raises(CurateError, match="addresses of gs:// need a package that is not installed"):
        build_dataset(workspace, to="gs://bucket/builds")
    assert not workspace.builds.exists()


def test_without_credentials(s3: str, make_workspace: MakeWorkspace, tmp_path: Path) -> None:
    """In a process of its own: an open connection keeps its credentials."""
    workspace = workspace_of(make_workspace, f"{s3}/answers.jsonl")
    nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": str(tmp_path)}
    none = curate("-C", workspace.root, "build-dataset", env=nobody)
    assert (none.returncode, none.stderr) == (
        1,
        f"curate: {s3}/answers.jsonl: no credentials were found. "
        "Set credentials as the tool of this store does, in the environment or its standard files.\n",
    )
