# The codec utf-7: both ways, in parts, and what it refuses.
import codecs
import io

for text in ('plain', 'a+b', 'é', 'aé日本b', 'é-', 'ü!', '🎉 x', '~\\', 'Hi Mom -☺-!', 'A≢Α.', ''):
    data = text.encode('utf-7')
    print(data, data.decode('utf-7') == text)
for data in (b'\x80', b'+', b'+-', b'+AG', b'+AGk', b'+AGk!', b'+AA!', b'+!x', b'+2DzfiQ-', b'x+2Dw', b'+AOk-a'):
    try:
        print(data, data.decode('utf-7'))
    except UnicodeDecodeError as error:
        print(data, error)
print(b'a\x80b'.decode('utf-7', 'replace'), b'a+!b'.decode('U7', 'ignore'), codecs.lookup('utf7').name)
decoder = codecs.getincrementaldecoder('utf-7')()
print([decoder.decode(bytes([byte])) for byte in b'a+AOk-b'], decoder.decode(b'', True))
stream = io.TextIOWrapper(io.BytesIO(), 'utf-7')
stream.write('né\n')
stream.seek(0)
print(stream.read())
