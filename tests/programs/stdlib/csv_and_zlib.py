import csv, io, zlib

text = 'a,b,c\r\n1,"two, ""quoted""",3\r\n"multi\nline",,\r\n\r\nlast'
print(list(csv.reader(io.StringIO(text, newline=''))))
print(list(csv.DictReader(['x,y', '1,2', '3', '4,5,6'])))
print(list(csv.reader(["a;'b;''c';d"], delimiter=';', quotechar="'")))
print(list(csv.reader(['a\\,b,c'], escapechar='\\')), list(csv.reader(['1," 2",3.5'], quoting=csv.QUOTE_NONNUMERIC)))
out = io.StringIO()
writer = csv.writer(out)
writer.writerows([[1, 'a,b', None, 2.5, 'say "x"'], [''], [], ['line\nbreak', True]])
print(repr(out.getvalue()))
out = io.StringIO()
table = csv.DictWriter(out, ['name', 'n'], extrasaction='ignore', quoting=csv.QUOTE_ALL, lineterminator='\n')
table.writeheader()
table.writerow({'name': 'x', 'n': 1, 'other': 2})
print(out.getvalue())
print(csv.Sniffer().sniff('a;b;c\n1;2;3\n').delimiter, csv.list_dialects())
for action in (lambda: csv.reader([], 'nope'), lambda: csv.reader([], delimiter=''), lambda: csv.reader([], quoting=9),
               lambda: next(csv.reader(['a\rb'])), lambda: csv.writer(out, quoting=csv.QUOTE_NONE).writerow(['a,b']),
               lambda: next(csv.reader([b'x'])), lambda: csv.writer(5), lambda: csv.writer(out).writerow(5)):
    try:
        action()
    except (csv.Error, TypeError) as error:
        print(type(error).__name__)
dialect = csv.get_dialect('excel')
try:
    dialect.delimiter = ';'
except AttributeError:
    print('read-only')

data = b'hello hello hello ' * 200
print(zlib.decompress(zlib.compress(data)) == data, zlib.crc32(data), zlib.adler32(data))
for wbits in (15, -15, 31):
    sender, receiver = zlib.compressobj(wbits=wbits), zlib.decompressobj(wbits=wbits)
    received = []
    for part in (data[:100], data[100:105], data[105:]):
        packet = sender.compress(part) + sender.flush(zlib.Z_SYNC_FLUSH)
        received.append(receiver.decompress(packet) == part)
    received.append(receiver.decompress(sender.flush()))
    print(received, receiver.eof)
for action in (lambda: zlib.compress('text'), lambda: zlib.decompress(b'bad'), lambda: zlib.compress(b'', 10)):
    try:
        action()
    except (TypeError, zlib.error) as error:
        print(type(error).__name__)
