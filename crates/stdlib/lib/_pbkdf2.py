"""PBKDF2 (RFC 8018), which CPython has from OpenSSL."""

import hashlib


def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    if not isinstance(hash_name, str):
        raise TypeError(f"pbkdf2_hmac() argument 'hash_name' must be str, not {type(hash_name).__name__}")
    empty = hashlib.new(hash_name)
    password, salt = _bytes(password), _bytes(salt)
    if iterations < 1:
        raise ValueError('iteration value must be greater than 0.')
    length = empty.digest_size if dklen is None else dklen
    if length < 1:
        raise ValueError('key length must be greater than 0.')
    inner, outer = _keyed(empty, hash_name, password)
    key = b''
    while len(key) < length:
        block = len(key) // empty.digest_size + 1
        key += _block(inner, outer, salt + block.to_bytes(4), iterations)
    return key[:length]


def _bytes(data):
    if isinstance(data, (str, int)):
        raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'")
    return bytes(data)


# HMAC's two hashes, with the key already taken in.
def _keyed(empty, hash_name, key):
    if len(key) > empty.block_size:
        key = hashlib.new(hash_name, key).digest()
    key = key.ljust(empty.block_size, b'\0')
    inner, outer = empty.copy(), empty.copy()
    inner.update(bytes([byte ^ 0x36 for byte in key]))
    outer.update(bytes([byte ^ 0x5C for byte in key]))
    return inner, outer


def _block(inner, outer, message, iterations):
    total = 0
    for _ in range(iterations):
        first = inner.copy()
        first.update(message)
        second = outer.copy()
        second.update(first.digest())
        message = second.digest()
        total ^= int.from_bytes(message)
    return total.to_bytes(len(message))
