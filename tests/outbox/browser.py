"""What a browser does with WebCrypto, in Python: a device key of its own, and envelopes for the server."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.services.outbox.delivery import Envelope
from app.services.outbox.devices import ServerKey, enrol, server_key
from tests.factories import World

CURVE = ec.SECP256R1()


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def parcel(**other: Any) -> dict[str, Any]:
    """What a page seals."""
    return {
        "uuid": str(uuid.uuid4()),
        "form": "nota",
        "path": "/casos/CA-0000-0000-0000/notas",
        "fields": {"texto": ["Llamó su tía."]},
        "written_at": datetime.now(UTC).isoformat(),
        **other,
    }


@dataclass
class Browser:
    """A browser in which an actor is signed in."""

    world: World
    actor: Actor
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    id: uuid.UUID = field(init=False)
    server: ServerKey = field(init=False)

    def __post_init__(self) -> None:
        with self.world.session(self.actor) as session:
            self.id = enrol(Act(session, CARE), point(self.key), "Chromium en Linux")
            self.server = server_key(session)

    def seal(self, content: dict[str, Any]) -> Envelope:
        """An envelope, sealed and signed as the page's script does it."""
        mine = ec.generate_private_key(CURVE)
        agreed = mine.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, self.server.public)
        )
        key = HKDF(SHA256(), 32, salt=point(mine), info=b"ruv/v1/envelope").derive(agreed)
        nonce = os.urandom(12)
        context = f"{self.server.id}|{self.id}".encode()
        text = json.dumps(content).encode()
        return self.sign(point(mine) + nonce + AESGCM(key).encrypt(nonce, text, context))

    def sign(self, sealed: bytes) -> Envelope:
        """Sign sealed bytes as this device's own."""
        envelope = Envelope(self.id, self.server.id, sealed, b"")
        r, s = decode_dss_signature(self.key.sign(envelope.signed, ec.ECDSA(SHA256())))
        return Envelope(self.id, self.server.id, sealed, r.to_bytes(32, "big") + s.to_bytes(32, "big"))
