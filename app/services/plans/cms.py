"""Detached digital signatures (CMS, RFC 5652, DER): whether one is of a given text, and whether it holds.

Whose the certificate is, and whether its issuer is to be trusted, is not examined: that asks for the official
list of trusted issuers (TSL), which this service does not reach.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7

LONGEST: Final = 64 * 1024
"""Bytes of a signature with its certificates."""
_SIGNED_DATA: Final = x509.ObjectIdentifier("1.2.840.113549.1.7.2")
_MESSAGE_DIGEST: Final = x509.ObjectIdentifier("1.2.840.113549.1.9.4")
_HASHES: Final = (hashes.SHA256(), hashes.SHA384(), hashes.SHA512())


class NotSigned(ValueError):
    """These bytes are no detached signature of that text; the message says in Spanish why."""


@asn1.sequence
class _ContentInfo:
    content_type: x509.ObjectIdentifier
    content: Annotated[asn1.TLV, asn1.Explicit(0)]


@asn1.sequence
class _Encapsulated:
    content_type: x509.ObjectIdentifier
    content: Annotated[bytes | None, asn1.Explicit(0)]


@asn1.sequence
class _Attribute:
    kind: x509.ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _SignerInfo:
    version: int
    signer: asn1.TLV
    digest_algorithm: asn1.TLV
    signed: Annotated[asn1.SetOf[_Attribute] | None, asn1.Implicit(0)]
    signature_algorithm: asn1.TLV
    signature: bytes
    unsigned: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(1)]


@asn1.sequence
class _SignedData:
    version: int
    digest_algorithms: asn1.SetOf[asn1.TLV]
    encapsulated: _Encapsulated
    certificates: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(0)]
    revocations: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(1)]
    signers: asn1.SetOf[_SignerInfo]


@asn1.sequence
class _Attributes:
    """Only to spell the signed attributes as they are signed: as a SET, under its own tag."""

    signed: asn1.SetOf[_Attribute]


def verify(signature: bytes, digest: bytes) -> bool:
    """Whether a certificate inside the signature verifies it. That it is of the text is checked first.

    Args:
        signature: CMS SignedData in DER, without the text.
        digest: SHA-256 of the text.

    Raises:
        NotSigned: not such a signature, or of another text.
    """
    info, signer = _signer(signature)
    if info.encapsulated.content is not None:
        raise NotSigned("La firma digital debe ir separada del texto (detached).")
    if digest not in _digests(signer):
        raise NotSigned(
            "La firma digital es de otro texto: guarde la versión del plan, firme el texto que se "
            "descarga de ella y vuelva a enviarla."
        )
    attributes = asn1.decode_der(asn1.TLV, asn1.encode_der(_Attributes(signed=signer.signed)))  # type: ignore[arg-type]
    try:
        certificates = pkcs7.load_der_pkcs7_certificates(signature)
    except (ValueError, UnsupportedAlgorithm):
        return False
    return any(_verifies(one, signer.signature, bytes(attributes.data)) for one in certificates)


def _signer(signature: bytes) -> tuple[_SignedData, _SignerInfo]:
    wrong = NotSigned("No es una firma digital separada (CMS en DER) con una firma dentro.")
    if len(signature) > LONGEST:
        raise NotSigned("La firma digital pesa más de 64 KiB.")
    try:
        outer = asn1.decode_der(_ContentInfo, signature)
        info = outer.content.parse(_SignedData)
        signers = info.signers.as_list()
    except (ValueError, TypeError):
        raise wrong from None
    if outer.content_type != _SIGNED_DATA or len(signers) != 1 or signers[0].signed is None:
        raise wrong
    return info, signers[0]


def _digests(signer: _SignerInfo) -> Iterator[bytes]:
    for attribute in signer.signed.as_list() if signer.signed is not None else ():
        if attribute.kind == _MESSAGE_DIGEST:
            for value in attribute.values.as_list():
                yield bytes(value.parse(bytes))


def _verifies(certificate: x509.Certificate, signature: bytes, signed: bytes) -> bool:
    try:
        key = certificate.public_key()
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, signed)
            return True
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return any(_verifies_with(key, signature, signed, algorithm) for algorithm in _HASHES)


def _verifies_with(key: object, signature: bytes, signed: bytes, algorithm: hashes.HashAlgorithm) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True
