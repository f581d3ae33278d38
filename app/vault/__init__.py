"""Sealed storage: root keys, keys of compartments, data keys of persons, and sealed values.

Knows no table of the domain and imports nothing of the rest of the application.
"""

from app.vault.errors import KeyBroken, RootKeyError, SealBroken, UnknownKey, VaultError
from app.vault.keys import SECRET_PURPOSES, Dek, Keyring, WrappedKey, new_wrapped_key, rewrap_key
from app.vault.roots import EnvRoot, FileRoot, RootKey, root_from
from app.vault.seal import (
    Place,
    blob_hash,
    key_version_of,
    open_json,
    open_text,
    seal,
    seal_json,
    seal_text,
    unseal,
)

__all__ = [
    "SECRET_PURPOSES",
    "Dek",
    "EnvRoot",
    "FileRoot",
    "KeyBroken",
    "Keyring",
    "Place",
    "RootKey",
    "RootKeyError",
    "SealBroken",
    "UnknownKey",
    "VaultError",
    "WrappedKey",
    "blob_hash",
    "key_version_of",
    "new_wrapped_key",
    "open_json",
    "open_text",
    "rewrap_key",
    "root_from",
    "seal",
    "seal_json",
    "seal_text",
    "unseal",
]
