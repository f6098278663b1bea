"""Opens the golden files from FORMAT.md alone, sharing no code with Vitrine.

    python3 read.py        (needs the package cryptography, 45 or later)

Every wrap but age's is opened, and every MAC, digest and seal recomputed. For age:
age -d -i IDENTITY on the decoded `sealed`; the last 32 bytes are the vault key.
"""
import base64
import hashlib
import hmac
import json
import pathlib
import struct
import unicodedata

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FILE = "vitrine key file 1"


def b64(text):
    return base64.b64decode(text or "")


def seq(*items):
    out = b""
    for item in items:
        if isinstance(item, int):
            item = struct.pack(">Q", item)
        if isinstance(item, str):
            item = item.encode()
        out += struct.pack(">I", len(item)) + item
    return out


def hkdf(secret, salt, info):
    return HKDF(hashes.SHA256(), 32, salt or None, info).derive(secret)


def gcm_open(key, sealed, aad):
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], aad)


def opening(w):
    kdf = w.get("kdf", {})
    return (kdf.get("name", ""), kdf.get("memory_kib", 0), kdf.get("passes", 0), kdf.get("lanes", 0),
            kdf.get("iterations", 0), b64(w.get("salt")), w.get("device", ""), b64(w.get("device_check")),
            w.get("method", ""), w.get("recipient", ""), b64(w.get("ephemeral")))


def times(a, b):
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x20:
            a ^= 0x25
        b >>= 1
    return product


def recovery_bytes(code):
    symbols = ["0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(c) for c in code.replace("-", "")]
    number = 0
    for g in range(7):
        *data, check = symbols[6 * g:6 * g + 6]
        weight, total = 2, 0
        for d in data:
            total ^= times(weight, d)
            weight = times(weight, 2)
            number = number << 5 | d
        assert total ^ times(weight, g + 1) == check
    secret = (number >> 15).to_bytes(20, "big")
    digest = hashlib.sha256(b"vitrine recovery code 1" + secret).digest()
    assert number & 0x7FFF == int.from_bytes(digest[:2], "big") >> 1
    return secret


def wrapping_key(golden, vault, w):
    salt, wrap_id = b64(w.get("salt")), w["id"]
    if w["kind"] == "passphrase":
        text, kdf = unicodedata.normalize("NFC", golden["passphrase"]).encode(), w["kdf"]
        if kdf["name"] == "argon2id":
            stretched = Argon2id(salt=salt, length=32, iterations=kdf["passes"], lanes=kdf["lanes"],
                                 memory_cost=kdf["memory_kib"]).derive(text)
        else:
            stretched = hashlib.pbkdf2_hmac("sha512", text, salt, kdf["iterations"], 32)
        device = b64(golden["devices"][vault + "." + wrap_id].removeprefix("vitrine-device-1:"))
        check = hmac.digest(device, seq(FILE + ": device check", vault, wrap_id), "sha256")[:16]
        assert check == b64(w["device_check"])
        return hkdf(stretched + device, salt, seq(FILE + ": passphrase", vault, wrap_id, w["device"]))
    if w["kind"] == "recovery":
        return hkdf(recovery_bytes(golden["recovery"]), salt, seq(FILE + ": recovery", vault, wrap_id))
    if w["kind"] == "demonstration":
        return hkdf(b64(golden["demonstration"]["key"]), salt, seq(FILE + ": demonstration", vault, wrap_id))
    mine = serialization.load_pem_private_key(golden["identity"].encode(), None)
    fresh = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b64(w["ephemeral"]))
    point = mine.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return hkdf(mine.exchange(ec.ECDH(), fresh), salt, seq(FILE + ": p256", vault, wrap_id, b64(w["ephemeral"]), point))


def check(golden):
    d = golden["keys"]
    vault, found = d["vault"], set()
    for w in d["wraps"]:
        if w.get("method") == "age-x25519":
            continue
        aad = seq(FILE + ": wrap", d["version"], vault, d["profile"], d["demonstration"], d["epoch"],
                  w["id"], w["kind"], w["created_at"], *opening(w))
        found.add(gcm_open(wrapping_key(golden, vault, w), b64(w["sealed"]), aad))
        print("  opened by", w["kind"])
    (key,) = found
    wraps = [seq("wrap", w["id"], w["kind"], w["label"], w["created_at"], w.get("confirmed", False),
                 w.get("renew", False), *opening(w), b64(w.get("sealed"))) for w in d["wraps"]]
    facts, previous = d.get("facts", {}), d.get("previous", [])
    body = seq(FILE, d["version"], vault, d["profile"], d["demonstration"], d["generation"], d["epoch"],
               len(facts), *[x for name in sorted(facts) for x in (name, facts[name])],
               len(wraps), *wraps, len(previous), *[x for p in previous for x in (p["epoch"], b64(p["sealed"]))])
    mac = hmac.digest(hkdf(key, b"", seq(FILE + ": mac", vault, d["epoch"])), body, "sha256")
    assert mac == b64(d["mac"])
    assert hashlib.sha256(seq(FILE + ": digest", body, mac)).digest() == b64(d["digest"])
    ring = {d["epoch"]: key}
    for p in previous:
        info = seq(FILE + ": previous", vault, d["epoch"])
        ring[p["epoch"]] = gcm_open(hkdf(key, b"", info), b64(p["sealed"]),
                                    seq(FILE + ": previous", vault, d["epoch"], p["epoch"]))
    for sealed in map(b64, golden["sealed"]):
        (epoch,) = struct.unpack(">I", sealed[1:5])
        under = hkdf(ring[epoch], b"", seq(FILE + ": database keys", vault, epoch))
        assert sealed[0] == 1
        assert gcm_open(under, sealed[5:], seq("vitrine database key 1", vault, epoch, "pbc@3", 1)) == b64(golden["key"])
    print("  MAC, digest, earlier keys and seals agree")


for path in sorted(pathlib.Path(__file__).parent.glob("*.json")):
    print(path.name)
    check(json.loads(path.read_text()))
