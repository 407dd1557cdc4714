"""The health check of a container: exit 0 when an address answers 200 in time."""

import sys
import urllib.request

if __name__ == "__main__":
    with urllib.request.urlopen(sys.argv[1], timeout=2) as answer:  # noqa: S310  # our own address
        sys.exit(answer.status != 200)
