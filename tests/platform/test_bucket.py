"""Making the bucket of an S3-compatible store."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from storages.backends.s3 import S3Storage

from smartimg import bucket, settings


@pytest.fixture
def client() -> Any:
    """A client that talks to nobody."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    return boto3.client("s3", region_name="us-east-1", endpoint_url="http://127.0.0.1:1", **keys)


def test_a_missing_bucket_is_made(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_response("create_bucket", {}, {"Bucket": "smartimg"})
        assert bucket.ensure_bucket(client, "smartimg")


@pytest.mark.parametrize("code", ["BucketAlreadyOwnedByYou", "BucketAlreadyExists"])
def test_one_that_is_there_is_left_alone(client: Any, code: str) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("create_bucket", code)
        assert not bucket.ensure_bucket(client, "smartimg")


def test_a_refusal_is_not_swallowed(client: Any) -> None:
    with Stubber(client) as stub, pytest.raises(ClientError, match="AccessDenied"):
        stub.add_client_error("create_bucket", "AccessDenied")
        bucket.ensure_bucket(client, "smartimg")


def test_a_local_folder_needs_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SMARTIMG_STORE", raising=False)
    assert bucket.main() == 0
    assert "nothing to make" in capsys.readouterr().out


def test_large_files_of_the_bucket_are_laid_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTIMG_STORE", "s3://smartimg")
    options: Any = settings.read_store()["OPTIONS"]
    store = S3Storage(**options, access_key="key", secret_key="secret")
    assert 0 < store.max_memory_size <= 64 << 20  # 0 would be: any size in memory
