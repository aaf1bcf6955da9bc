"""A PgBouncer for tests, in front of a test's PostgreSQL: it gives each transaction any of a few connections."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from tests.integration.e2e.installation import wait_until
from tests.integration.loopback import free_port
from tests.integration.needs import need

HOW_TO_GET_IT = "needs PgBouncer: apt install pgbouncer"


@contextmanager
def bouncer(folder: Path, database: str, connections: int = 4) -> Iterator[str]:
    """Pool the transactions of a database, and give the address by which it is reached through the pool."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    need(program, HOW_TO_GET_IT)
    assert program is not None
    url, port = make_url(database), free_port()
    settings, log = folder / "pgbouncer.ini", folder / "pgbouncer.log"
    lines = (
        *("[databases]", f"{url.database} = host={url.query['host']} user={url.username}", "[pgbouncer]"),
        *("listen_addr = 127.0.0.1", f"listen_port = {port}", "unix_socket_dir =", "auth_type = any"),
        *("pool_mode = transaction", f"default_pool_size = {connections}", "max_client_conn = 200"),
    )
    settings.write_text("\n".join(lines) + "\n")
    # It refuses root, and must reach the server's socket as the server's own user.
    owner = pwd.getpwuid(Path(str(url.query["host"])).stat().st_uid)
    as_owner: dict[str, Any] = (
        {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    )
    with settings.open("rb") as said, log.open("wb") as told:
        running = subprocess.Popen(
            [program, "/dev/stdin"],
            stdin=said,
            stdout=told,
            stderr=subprocess.STDOUT,
            **as_owner,
        )
    try:
        wait_until(lambda: b"process up" in log.read_bytes(), "PgBouncer runs", 10)
        yield f"postgresql+psycopg://{url.username}@127.0.0.1:{port}/{url.database}"
    finally:
        running.terminate()
        running.wait(20)
