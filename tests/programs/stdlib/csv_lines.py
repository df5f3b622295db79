"""Lines of `csv` that are taken whole, and those that are not."""

import csv
import io

TEXT = 'a,b,c\r\n1,"two, with comma",3\n"quo""ted",,last\n"over\ntwo lines",x,"y"\n\n"",é,"ü,ö"\n"odd"tail,1\nplain'
print(list(csv.reader(io.StringIO(TEXT, newline=""))))
print(list(csv.reader(['a;"b;c";d', "e;'f;g';h"], delimiter=";", quotechar="'")))
print(list(csv.reader(["a,b\"c,d"], quoting=csv.QUOTE_NONE)), list(csv.reader(["a→b"], delimiter="→")))
print(list(csv.DictReader(["x,y", "1,2", "3", "4,5,6"])))
try:
    list(csv.reader(['"a"b'], strict=True))
except csv.Error as error:
    print(error)

out = io.StringIO()
writer = csv.writer(out)
writer.writerow([1, -2.5, None, "plain", True, 10**20, 1e300, float("nan")])
writer.writerow(("comma,", 'quote"', "line\nbreak", "back\r", "ünï", ""))
writer.writerow([""])
writer.writerow([None])
writer.writerow([])
writer.writerow(iter("abc"))
csv.writer(out, delimiter=";", lineterminator="|", quotechar="'").writerow(["a;b", "it's", "x|y", 'fine"'])
print(repr(out.getvalue()))
