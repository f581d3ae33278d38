#!/usr/bin/env bash
# Run once by the server's own start script, after 10-roles.sql: the passwords of the roles, from secret files.
# The roles of the serving process (app, sealer, report, release) share one secret: the process holds them all.
set -euo pipefail

secrets=${SECRETS_DIR:-/run/secrets}
owner_password=$(<"$secrets/db_owner_password")
app_password=$(<"$secrets/db_app_password")
[[ -n $owner_password && -n $app_password ]] || { echo "Falta la contraseña de un rol" >&2; exit 1; }

# Through the environment and standard input: a command line is visible to every process of the machine.
OWNER_PASSWORD=$owner_password APP_PASSWORD=$app_password \
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname ruv <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
ALTER ROLE ruv_owner PASSWORD :'owner_password';
ALTER ROLE ruv_app PASSWORD :'app_password';
ALTER ROLE ruv_sealer PASSWORD :'app_password';
ALTER ROLE ruv_report PASSWORD :'app_password';
ALTER ROLE ruv_release PASSWORD :'app_password';
SQL
