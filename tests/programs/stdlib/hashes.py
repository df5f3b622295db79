import hashlib, hmac, random, uuid, secrets, copy
data = bytes(range(256)) * 5
for name in sorted(hashlib.algorithms_guaranteed):
    h = hashlib.new(name)
    for size in (0, 1, 63, 64, 65, 200):
        h.update(data[:size])
    extra = (40,) if name.startswith('shake') else ()
    other = h.copy()
    other.update(b'more')
    print(name, h.digest_size, h.block_size, h.hexdigest(*extra), other.digest(*extra)[:6].hex())
print(hashlib.blake2b(b'data', digest_size=20, key=b'key', salt=b'salt', person=b'me').hexdigest())
print(hashlib.blake2s(b'x', fanout=2, depth=2, leaf_size=4096, node_offset=1, node_depth=0, inner_size=32, last_node=True).hexdigest())
for bad in (dict(key=bytes(65)), dict(salt=bytes(17)), dict(fanout=256), dict(depth=0)):
    try:
        hashlib.blake2b(b'', **bad)
    except (ValueError, OverflowError) as error:
        print(type(error).__name__, error)
for bad in ('text', 5):
    try:
        hashlib.md5(bad)
    except TypeError as error:
        print(error)
print(hmac.new(b'key', b'message', 'sha256').hexdigest(), hmac.digest(b'k', b'm', 'md5').hex())
print(hmac.compare_digest(b'a', b'a'), hmac.compare_digest('a', 'b'))
random.seed('text'); print(random.random(), random.randint(1, 100))
random.seed(b'bytes'); print(random.random())
print(uuid.uuid5(uuid.NAMESPACE_DNS, 'python.org'), uuid.uuid3(uuid.NAMESPACE_URL, 'x'))
print(uuid.uuid4().version, len(secrets.token_hex(8)), len(secrets.token_urlsafe(16)) > 16)
import io
print(hashlib.file_digest(io.BytesIO(b'abc'), 'sha1').hexdigest())
print(hashlib.sha3_256(b'', usedforsecurity=False).name, hashlib.sha512(memoryview(b'abcd')[1:3]).hexdigest()[:10])
print(hashlib.pbkdf2_hmac('sha256', b'password', b'salt', 100, 40).hex())
