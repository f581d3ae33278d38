"""Sealed storage: root keys, keys of compartments, data keys of persons, and sealed values.

Knows no table of the domain and imports nothing of the rest of the application.
"""

from app.vault.envelope import (
    ENVELOPE_VERSION,
    envelope_public_key,
    is_point,
    new_envelope_key,
    open_envelope,
    signed_by,
)
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
    "ENVELOPE_VERSION",
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
    "envelope_public_key",
    "is_point",
    "key_version_of",
    "new_envelope_key",
    "new_wrapped_key",
    "open_envelope",
    "open_json",
    "open_text",
    "rewrap_key",
    "root_from",
    "seal",
    "seal_json",
    "seal_text",
    "signed_by",
    "unseal",
]
