"""Envelopes: what somebody without a key sealed to this installation, and only it opens.

Layout: `ephemeral public key, 65 bytes | nonce, 12 bytes | ciphertext and tag`. The key is made by ECDH on
P-256 and HKDF-SHA-256, whose salt is the ephemeral key; AES-256-GCM binds the content to a context. Browsers
make it with WebCrypto, so the curve is the one that all of them have.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from app.vault.errors import SealBroken

__all__ = [
    "ENVELOPE_VERSION",
    "POINT_BYTES",
    "envelope_public_key",
    "is_point",
    "new_envelope_key",
    "open_envelope",
    "signed_by",
]

ENVELOPE_VERSION: Final = "ruv/v1/envelope"
POINT_BYTES: Final = 65
"""Bytes of an uncompressed point of P-256."""
_NONCE: Final = 12
_BODY: Final = POINT_BYTES + _NONCE
_SHORTEST: Final = _BODY + 16
_SCALAR: Final = 32


def new_envelope_key() -> bytes:
    """A private key that opens envelopes (PKCS #8, DER)."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def envelope_public_key(private: bytes) -> bytes:
    """The public half of a key of `new_envelope_key`: an uncompressed point, 65 bytes."""
    return _private(private).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def is_point(public: bytes) -> bool:
    """Whether the bytes are an uncompressed point of the curve."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    except ValueError:
        return False
    return len(public) == POINT_BYTES


def signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an ECDSA signature (`r | s`, 64 bytes, over SHA-256) of a message is by this key."""
    if len(signature) != 2 * _SCALAR:
        return False
    numbers = (int.from_bytes(signature[:_SCALAR], "big"), int.from_bytes(signature[_SCALAR:], "big"))
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
        key.verify(encode_dss_signature(*numbers), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def open_envelope(private: bytes, context: bytes, envelope: bytes) -> bytes:
    """The content of an envelope sealed to this key for this context.

    Raises:
        SealBroken: whatever is wrong; no other exception.
    """
    content: bytes | None = None
    if len(envelope) >= _SHORTEST:
        sender = envelope[:POINT_BYTES]
        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
            agreed = _private(private).exchange(ec.ECDH(), point)
            key = HKDF(SHA256(), 32, salt=sender, info=ENVELOPE_VERSION.encode()).derive(agreed)
            content = AESGCM(key).decrypt(envelope[POINT_BYTES:_BODY], envelope[_BODY:], context)
        except (InvalidTag, ValueError):
            content = None
    if content is None:
        raise SealBroken
    return content


def _private(key: bytes) -> ec.EllipticCurvePrivateKey:
    loaded = load_der_private_key(key, password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise TypeError("not a key of an elliptic curve")
    return loaded
