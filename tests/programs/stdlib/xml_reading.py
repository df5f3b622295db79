import xml.etree.ElementTree as ET
from xml.dom import minidom
import xml.sax
doc = '''<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE data [<!ENTITY hi "hello &amp; <b>there</b>"><!ATTLIST country kind CDATA "state">]>
<data xmlns:x="urn:x"><!-- c --><country name="Liechtenstein" x:rank='1'>text &lt; &#65; &hi;<year>2008</year><empty/></country>
<![CDATA[ raw <stuff> ]]></data>'''
root = ET.fromstring(doc)
for e in root.iter(): print(e.tag, e.attrib, repr(e.text), repr(e.tail))
print(ET.tostring(root).decode())
ET.indent(root); print(ET.tostring(root, encoding='unicode'))
d = minidom.parseString(doc)
print(d.toprettyxml(indent='  '))
for bad in ['<a><b></a>', '', '<a>', '<a b=1/>', '<a/><b/>', 'hello', '<a>&foo;</a>', '<a b="1" b="2"/>', '<a><!-- -- --></a>', '<a', '<a>\x01</a>', '<a>]]></a>', '<x:a/>', '<a>\n <b>&#0;</b></a>', '<?xml version="1.0"?><?xml version="1.0"?><a/>',' <?xml version="1.0"?><a/>']:
    try: ET.fromstring(bad); print('ok', bad)
    except ET.ParseError as e: print(repr(bad), e, e.code, e.position)
class H(xml.sax.ContentHandler):
    def startElement(self, n, a): print('start', n, dict(a))
    def characters(self, c): print('chars', repr(c))
    def endElement(self, n): print('end', n)
xml.sax.parseString(b'<r a="1">one\ntwo<c/></r>', H())
for ev, el in ET.iterparse(__import__('io').StringIO('<a><b>1</b><b>2</b></a>'), ['start','end']): print(ev, el.tag, el.text)

# The parser itself: places, handlers, text in pieces.
import xml.parsers.expat as expat
parser = expat.ParserCreate(namespace_separator=' ')
parser.StartElementHandler = lambda name, attributes: print('start', name, attributes, parser.CurrentLineNumber)
parser.EndElementHandler = lambda name: print('end', name, parser.CurrentColumnNumber)
parser.CharacterDataHandler = lambda text: print('text', repr(text))
parser.ProcessingInstructionHandler = lambda target, data: print('instruction', target, data)
parser.CommentHandler = lambda text: print('comment', text)
parser.StartNamespaceDeclHandler = lambda prefix, uri: print('namespace', prefix, uri)
for piece in (b'<?xml version="1.0"?><a xmlns="urn:a" xm', b'lns:b="urn:b"><b:c b:d="1"', b'/>t\xc3', b'\xa4xt<?do it?>',
              b'<!-- no', b'te -->\n</a>'):
    parser.Parse(piece)
print(parser.Parse(b'', True))
try:
    parser.Parse(b'<more/>', True)
except expat.ExpatError as error:
    print(error, error.code == expat.errors.codes[expat.errors.XML_ERROR_FINISHED])
