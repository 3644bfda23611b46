#!/bin/sh
# Make what compose.yaml needs to know and nobody else: passwords, the URLs with them, the keys that sign
# access tokens and, for the wall, who acts.
# What is there stays: the database keeps the passwords that it was made with.
set -eu
folder=${1:-secrets}

mkdir -p "$folder"
chmod 700 "$folder"  # the files are open within: the containers read them as other users

make() {
    [ -e "$folder/$1" ] || printf %s "$2" > "$folder/$1"
    chmod 644 "$folder/$1"
}

random() {
    od -An -tx1 -N32 /dev/urandom | tr -d ' \n'
}

for name in postgres_password owner_password app_password secret_key wall_keys; do
    make "$name" "$(random)"
done
make owner_database_url "postgresql+asyncpg://rowgate_owner:$(cat "$folder/owner_password")@database/rowgate"
make database_url "postgresql+asyncpg://rowgate_app:$(cat "$folder/app_password")@database/rowgate"
