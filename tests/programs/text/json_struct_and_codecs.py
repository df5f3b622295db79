import json


def show(evaluate):
    try:
        print(repr(evaluate()))
    except Exception as error:
        print(type(error).__name__, error)


objs = [None, True, 1, -5, 10**30, 1.5, float('inf'), float('nan'), 'a"b\\\n\u00e9\U0001f600\x01', [], {}, [1,[2,[3]]], {'a':{'b':[1,2,{'c':None}]}}, {1:2, None:3, True:4, 1.5:5}, (1,2), {'k':(1,)}, 1e100, 1e-7, -0.0]
for o in objs:
    show(lambda: json.dumps(o))
    show(lambda: json.dumps(o, indent=2))
    show(lambda: json.dumps(o, ensure_ascii=False))
    show(lambda: json.dumps(o, separators=(',',':')))
    show(lambda: json.dumps(o, indent='\t', sort_keys=True))
show(lambda: json.dumps({'b':1,'a':2}, sort_keys=True))
show(lambda: json.dumps({(1,):2}))
show(lambda: json.dumps({(1,):2, 'a':1}, skipkeys=True))
show(lambda: json.dumps(object()))
show(lambda: json.dumps({1,2}, default=list))
show(lambda: json.dumps([{'x':{1}}], default=sorted))
l = []; l.append(l)
show(lambda: json.dumps(l))
class E(json.JSONEncoder):
    def default(self, o): return {'__c': [o.real, o.imag]} if isinstance(o, complex) else super().default(o)
show(lambda: json.dumps([1+2j], cls=E))
show(lambda: list(json.JSONEncoder().iterencode([1,{'a':2}])))
docs = ['null','true','[1, 2.5, -3e2, "x"]','{"a": {"b": [1, null]}}',' [ ] ','{ }','"\\u00e9\\ud83d\\ude00\\n\\/"','NaN','-Infinity','[Infinity]','123456789012345678901234567890','0.1','1E5','-0','-0.0','','[','[1','[1,','{','{"a"','{"a":','{"a":1','{"a":1,','{a:1}','nul','01','1.','"abc','"\\x"','"\\u12"','"a\nb"','[1 2]','{"a" 1}','[1]x','tru','"\\ud800"','"é😀"',' 5 ', '\ufeff1', '[1,\n2,\n x]', '{"é": "ü", "é": 2}','[[[[]]]]','-','+1','.5','{"a":1}{"b":2}']
for d in docs: show(lambda: (d, json.loads(d)))
show(lambda: json.loads('{"a":1,"b":{"c":2}}', object_hook=lambda d: ('H', sorted(d.items(), key=str))))
show(lambda: json.loads('{"a":1.5}', parse_float=str))
show(lambda: json.loads('[1,2]', parse_int=float))
show(lambda: json.loads('{"a":1,"b":2}', object_pairs_hook=list))
show(lambda: json.loads('[NaN]', parse_constant=lambda c: 'C'+c))
show(lambda: json.loads(b'[1]'))
show(lambda: json.loads('"é"'.encode('utf-16')))
show(lambda: json.loads(5))
show(lambda: json.loads('"a\nb"', strict=False))
show(lambda: json.JSONDecoder().raw_decode('[1] xyz'))
show(lambda: json.loads(json.dumps({'n': list(range(1000)), 's': 'x'*1000})) == {'n': list(range(1000)), 's': 'x'*1000})
import io
show(lambda: json.load(io.StringIO('[1]'))); f = io.StringIO(); json.dump({'a':[1,2]}, f)
show(f.getvalue)
import struct, binascii, base64
for fmt, args in [('<i',(5,)),('>I',(2**32-1,)),('!H',(258,)),('bBhHiIlLqQ',(1,2,3,4,5,6,7,8,9,10)),('<bBhHiIlLqQ',(-1,2,-3,4,-5,6,-7,8,-9,10)),('f',(1.5,)),('<d',(3.14,)),('>e',(1.5,)),('3s',(b'abcd',)),('5p',(b'ab',)),('?',(True,)),('c',(b'x',)),('xxB',(1,)),('3H',(1,2,3)),('i',(2**31,)),('b',('a',)),('i',(1.5,)),('ii',(1,)),('z',(1,)),('2',()),('',()),('bi',(1,2)),('<bi',(1,2)),('e',(1e6,)),('P',(5,)),('n',(5,)),('0s',(b'',)),('4x',())]:
    show(lambda: (fmt, struct.pack(fmt,*args), struct.calcsize(fmt), struct.unpack(fmt, struct.pack(fmt,*args))))
show(lambda: struct.unpack('<i', b'abc'))
show(lambda: struct.unpack_from('<H', b'abcdef', 2))
show(lambda: list(struct.iter_unpack('<H', b'abcdef'))); s = struct.Struct('<IH')
show(lambda: (s.size, s.pack(1,2), s.unpack(s.pack(1,2)), s.format)); ba = bytearray(8); struct.pack_into('<H', ba, 2, 513)
show(lambda: ba)
show(lambda: struct.unpack_from('<I', b'ab'))
show(lambda: binascii.hexlify(b'ab'))
show(lambda: binascii.unhexlify('6162'))
show(lambda: binascii.unhexlify('6'))
show(lambda: binascii.crc32(b'hello'))
show(lambda: base64.b64encode(b'hello!?'))
show(lambda: base64.b64decode('aGVsbG8hPw=='))
show(lambda: base64.b64decode('aGVsb'))
show(lambda: base64.b64decode('!!aGVs'))
show(lambda: base64.b64decode('aGVs!', validate=True))
show(lambda: base64.urlsafe_b64encode(b'\xff\xfe'))
show(lambda: base64.b32encode(b'abc'))
show(lambda: base64.b16decode('FF'))
show(lambda: base64.b85encode(b'hello'))
show(lambda: base64.a85encode(b'hello'))
show(lambda: binascii.b2a_qp(b'a=b\xff \n'))
show(lambda: binascii.a2b_qp(b'a=3Db'))
show(lambda: binascii.b2a_uu(b'hi'))
show(lambda: binascii.a2b_uu(b'":&D \n'))
show(lambda: binascii.crc_hqx(b'hello',0))
show(lambda: binascii.a2b_base64('YQ'))
import string
show(lambda: string.Template('$a ${b}').substitute(a=1,b=2))
show(lambda: string.Formatter().format('{0} {a!r:>5} {1[x]}', 1, {'x':2}, a='q'))
show(lambda: list(string.Formatter().parse('a{b!r:c}d{{')))
import codecs
show(lambda: codecs.lookup('utf8').name)
show(lambda: codecs.encode('abc','rot13'))
show(lambda: codecs.decode(b'6162','hex')); codecs.register_error('my', lambda e: ('<%d>' % (e.end-e.start), e.end))
show(lambda: 'aéüb'.encode('ascii','my'))
show(lambda: b'a\xff\xfeb'.decode('utf-8','my'))
show(lambda: codecs.getincrementaldecoder('utf-8')().decode(b'\xe2\x82'))
show(lambda: codecs.escape_decode(b'a\\n\\x41'))
show(lambda: codecs.BOM_UTF8)
import unicodedata
show(lambda: [unicodedata.category(c) for c in 'aA1 \n_é一'])
show(lambda: unicodedata.digit('٣'))
show(lambda: unicodedata.numeric('½'))
