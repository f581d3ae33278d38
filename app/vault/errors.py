"""What can go wrong in the vault. Messages are in Spanish and name no person, value or key."""

__all__ = ["KeyBroken", "RootKeyError", "SealBroken", "UnknownKey", "VaultError"]


class VaultError(Exception):
    """Any failure of the vault."""


class SealBroken(VaultError):
    """A sealed value is not what was sealed in this place: altered, moved, replayed or damaged."""

    def __init__(self) -> None:
        super().__init__("El dato sellado no corresponde a este lugar o fue alterado.")


class KeyBroken(VaultError):
    """A wrapped key does not open in its place: altered, moved or wrapped by another key."""

    def __init__(self) -> None:
        super().__init__("La llave envuelta no corresponde a este lugar o fue alterada.")


class UnknownKey(VaultError):
    """The key named by the stored id is not in this ring; no other key is tried."""

    def __init__(self) -> None:
        super().__init__("La llave indicada no está disponible en este proceso.")


class RootKeyError(VaultError):
    """The root key cannot be used: missing, badly formed, or readable by others."""
