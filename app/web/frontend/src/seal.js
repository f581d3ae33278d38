// Seal to the server: ephemeral ECDH P-256 -> HKDF-SHA-256 -> AES-256-GCM, signed by the device's own key.
// Layout: ephemeral key (65 bytes) | nonce (12) | ciphertext. Nobody on this device can open it again.
const VERSION = "ruv/v1/envelope"
const ecdh = { name: "ECDH", namedCurve: "P-256" }
const ecdsa = { name: "ECDSA", namedCurve: "P-256" }
const { subtle } = crypto
const bytes = (text) => new TextEncoder().encode(text)

export const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
const decode = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((n, p) => n + p.byteLength, 0))
  parts.reduce((at, p) => (whole.set(new Uint8Array(p), at), at + p.byteLength), 0)
  return whole
}

export const newDevice = () => subtle.generateKey(ecdsa, false, ["sign"])
export const publicKey = async (pair) => encode(await subtle.exportKey("raw", pair.publicKey))

export async function seal(content, { id: device, pair }, { id: key, publica }) {
  const server = await subtle.importKey("raw", decode(publica), ecdh, false, [])
  const own = await subtle.generateKey(ecdh, false, ["deriveBits"])
  const sender = await subtle.exportKey("raw", own.publicKey)
  const agreed = await subtle.deriveBits({ name: "ECDH", public: server }, own.privateKey, 256)
  const root = await subtle.importKey("raw", agreed, "HKDF", false, ["deriveKey"])
  const derive = { name: "HKDF", hash: "SHA-256", salt: sender, info: bytes(VERSION) }
  const secret = await subtle.deriveKey(derive, root, { name: "AES-GCM", length: 256 }, false, ["encrypt"])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const context = `${key}|${device}`
  const how = { name: "AES-GCM", iv, additionalData: bytes(context) }
  const sealed = join(sender, iv, await subtle.encrypt(how, secret, bytes(JSON.stringify(content))))
  const signed = join(bytes(`${VERSION}|${context}|`), sealed)
  const signature = encode(await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, signed))
  return { device, key, sealed, signature }
}
