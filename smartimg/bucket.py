"""Makes the bucket that SMARTIMG_STORE names, where it is missing: `python -m smartimg.bucket`."""

from __future__ import annotations

import os
import sys
from typing import Any
from urllib.parse import urlsplit

ALREADY = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


def ensure_bucket(client: Any, name: str) -> bool:
    """True when it was made now; raises botocore's ClientError when it can't be."""
    from botocore.exceptions import ClientError

    try:
        client.create_bucket(Bucket=name)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ALREADY:
            return False
        raise
    return True


def main() -> int:
    """Nothing to do for a local folder."""
    url = urlsplit(os.environ.get("SMARTIMG_STORE", ""))
    if url.scheme != "s3":
        print("SMARTIMG_STORE is no bucket; nothing to make")
        return 0
    import boto3

    client = boto3.client("s3", endpoint_url=os.environ.get("SMARTIMG_S3_ENDPOINT") or None)
    made = ensure_bucket(client, url.netloc)
    print(f"bucket {url.netloc} {'made' if made else 'is there'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
