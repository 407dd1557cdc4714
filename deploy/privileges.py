"""What each service's role may do in the database: as it is, beside the file that says so."""

import asyncio
import csv
import sys
from pathlib import Path
from typing import NamedTuple

from access.transport import owners_url
from shared.postgres import Connection, connect

FILE = Path(__file__).parent / "postgres" / "privileges.csv"
HEAD = ("role", "kind", "name", "verbs")
ROLES = ("admissions", "quota", "notifications")

# Every role with every table, view, sequence, function, schema and database that is not
# PostgreSQL's own. A verb that holds for some columns only names them.
LOAD = """
WITH roles AS (
    SELECT oid, rolname::text AS role FROM pg_roles WHERE rolname = ANY($1::text[])
), spaces AS (
    SELECT oid, nspname FROM pg_namespace
     WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
), relations AS (
    SELECT c.oid, c.relkind, s.nspname || '.' || c.relname AS name
      FROM pg_class AS c JOIN spaces AS s ON s.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
), on_tables AS (
    SELECT role, 'table' AS kind, name, place,
           CASE WHEN has_table_privilege(r.oid, t.oid, verb) THEN verb
                ELSE verb || '(' || (
                    SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute AS a
                     WHERE a.attrelid = t.oid AND attnum > 0 AND NOT attisdropped
                       AND verb IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                       AND has_column_privilege(r.oid, t.oid, attnum,
                           CASE WHEN verb IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                                THEN verb ELSE 'SELECT' END)
                ) || ')' END AS verb
      FROM roles AS r, relations AS t,
           unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES',
                        'TRIGGER', 'MAINTAIN']) WITH ORDINALITY AS verbs (verb, place)
     WHERE t.relkind <> 'S'
), on_others AS (
    SELECT role, 'sequence' AS kind, name, place, verb
      FROM roles AS r, relations AS t,
           unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) WITH ORDINALITY AS verbs (verb, place)
     WHERE CASE WHEN t.relkind = 'S' THEN has_sequence_privilege(r.oid, t.oid, verb) END
     UNION ALL
    SELECT role, 'function', s.nspname || '.' || p.proname, 1, 'EXECUTE'
      FROM roles AS r, pg_proc AS p JOIN spaces AS s ON s.oid = p.pronamespace
     WHERE has_function_privilege(r.oid, p.oid, 'EXECUTE')
     UNION ALL
    SELECT role, 'schema', nspname, place, verb
      FROM roles AS r, spaces AS s,
           unnest(ARRAY['USAGE', 'CREATE']) WITH ORDINALITY AS verbs (verb, place)
     WHERE has_schema_privilege(r.oid, s.oid, verb)
     UNION ALL
    SELECT role, 'database', 'this', place, verb
      FROM roles AS r,
           unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) WITH ORDINALITY AS verbs (verb, place)
     WHERE has_database_privilege(r.oid, current_database(), verb)
     UNION ALL
    SELECT r.role, 'role', 'itself', place, verb
      FROM roles AS r JOIN pg_roles AS p ON p.oid = r.oid,
           LATERAL (VALUES (1, 'LOGIN', p.rolcanlogin), (2, 'SUPERUSER', p.rolsuper),
               (3, 'CREATEDB', p.rolcreatedb), (4, 'CREATEROLE', p.rolcreaterole),
               (5, 'REPLICATION', p.rolreplication), (6, 'BYPASSRLS', p.rolbypassrls))
               AS verbs (place, verb, is_so)
     WHERE is_so
     UNION ALL
    SELECT r.role, 'role', g.rolname, 1, 'MEMBER'
      FROM roles AS r JOIN pg_auth_members AS m ON m.member = r.oid
      JOIN pg_roles AS g ON g.oid = m.roleid
)
SELECT role, kind, name, string_agg(verb, ' ' ORDER BY place) AS verbs
  FROM (TABLE on_tables UNION ALL TABLE on_others) AS everything
 WHERE verb IS NOT NULL
 GROUP BY role, kind, name
 ORDER BY role, kind, name
"""


class Privilege(NamedTuple):
    """All that a role may do with one thing."""

    role: str
    kind: str
    name: str
    verbs: str


async def load_privileges(tx: Connection) -> list[Privilege]:
    """What the roles of the services may really do in this database, sorted."""
    return sorted(Privilege(*row) for row in await tx.fetch(LOAD, list(ROLES)))


def written_privileges() -> list[Privilege]:
    """What they are meant to do, sorted; what is not there is nothing."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return sorted(Privilege(**row) for row in csv.DictReader(file))


async def main() -> None:
    """Print what a database allows in the form of the file."""
    tx = await connect(owners_url(), None, "privileges")
    try:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([HEAD, *await load_privileges(tx)])
    finally:
        await tx.close()


if __name__ == "__main__":
    asyncio.run(main())
