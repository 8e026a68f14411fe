"""Print the address, without a database name, of the first PostgreSQL server that answers; exit 1 when none does."""

import os
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg


def main() -> int:
    for address in (os.environ.get("DATABASE_URL", ""), "postgres:///postgres", "postgres://127.0.0.1/postgres"):
        if not address.startswith("postgres"):
            continue
        try:
            psycopg.connect(address.replace("postgres:", "postgresql:", 1), connect_timeout=3).close()
        except psycopg.Error:
            continue
        parts = urlsplit(address)
        sys.stdout.write(
            urlunsplit((parts.scheme, parts.netloc, "", "", "")).rstrip("/") + ("" if parts.netloc else "//")
        )
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
