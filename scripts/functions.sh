#!/usr/bin/env bash
# Prints the functions of a server that are not yet on the guard's list, from the server's own catalogue: what to review after a new release.
# Nothing is changed: a reviewer adds the names that only compute to server/connect/src/guard/functions/, sorted.
#   scripts/functions.sh postgres <arguments of psql>          pg_proc: immutable and stable functions of users' types
#   scripts/functions.sh mysql <arguments of mariadb>          information_schema.SQL_FUNCTIONS (MariaDB 10.6 and later)
#   scripts/functions.sh clickhouse <http://host:8123>         system.functions, in small letters
#   scripts/functions.sh sqlite <arguments of sqlite3>         pragma_function_list
#   scripts/functions.sh datafusion <folder of its sources>    names in the sources of datafusion-functions*
set -euo pipefail
lists="$(cd "$(dirname "$0")/.." && pwd)/server/connect/src/guard/functions"
kind="${1:?Say which kind of server}"
shift

catalogue() {
  case "$kind" in
    postgres)
      psql -XAtc "SELECT DISTINCT proname FROM pg_proc WHERE provolatile IN ('i', 's') AND pronamespace = 'pg_catalog'::regnamespace
        AND NOT (proargtypes::oid[] || prorettype) && ARRAY['internal'::regtype::oid, 'cstring'::regtype::oid, 'trigger'::regtype::oid]
        AND oid NOT IN (SELECT oprcode FROM pg_operator)" "$@"
      ;;
    mysql) mariadb --batch --skip-column-names -e "SELECT FUNCTION FROM information_schema.SQL_FUNCTIONS" "$@" ;;
    clickhouse) curl -sf --data-binary "SELECT name FROM system.functions WHERE origin = 'System'" "${1:?Say where it is}" ;;
    sqlite) sqlite3 "$@" "SELECT DISTINCT name FROM pragma_function_list" ;;
    datafusion) grep -rhoE 'fn name\(&self\) -> &str \{|^ +"[a-z_0-9]+"$' "${1:?Say where its sources are}" --include='*.rs' | grep -oE '"[a-z_0-9]+"' | tr -d '"' ;;
    *) echo "There is no catalogue of $kind." >&2 && exit 1 ;;
  esac
}

catalogue "$@" | tr '[:upper:]' '[:lower:]' | LC_ALL=C sort -u | LC_ALL=C comm -23 - "$lists/$kind.txt"
