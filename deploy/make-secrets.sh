#!/bin/sh
# Make the secret files that docker-compose.yml mounts. Existing files are kept: the root key opens the data.
#   sudo sh deploy/make-secrets.sh [FOLDER]      (default: ./secrets)
# The folder is closed to others on the host. Inside it, a password is readable by the account of whichever
# container mounts it, and the root key belongs to the application's account (10001) alone.
set -eu
umask 077
folder=${1:-secrets}
mkdir -p "$folder"
chmod 0700 "$folder"

random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }

for name in db_superuser_password db_owner_password db_app_password; do
    if [ ! -s "$folder/$name" ]; then
        random 33 | tr '+/' '-_' > "$folder/$name"
        chmod 0444 "$folder/$name"
    fi
done

if [ ! -s "$folder/root_key" ]; then
    id=file-$(head -c 6 /dev/urandom | od -An -tx1 | tr -d ' \n')
    printf '{"format": "ruv-root-1", "current": "%s", "keys": {"%s": "%s"}}\n' "$id" "$id" "$(random 32)" \
        > "$folder/root_key"
    chmod 0400 "$folder/root_key"
    if [ "$(id -u)" -eq 0 ]; then
        chown 10001:10001 "$folder/root_key"
    else
        echo "Falta: sudo chown 10001:10001 $folder/root_key" >&2
    fi
    echo "Guarde una copia de $folder/root_key fuera de esta máquina: sin ella los datos no se abren." >&2
fi
