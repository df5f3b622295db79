# Lengths of ranges near and beyond the largest index.
import sys
M=sys.maxsize
for r in (range(M), range(0,M), range(M+1), range(-1,M), range(0,2*M,2), range(-M,M,2), range(-M-1,M,3), range(M,0,-1), range(M-10,M), range(M,M+10), range(1,M+5)):
    try: n=len(r)
    except OverflowError as e: n=str(e)
    print(n, bool(r), r[-1] if r else None, r[5], (M-1) in r, r.index(r[3]))
import bisect
print(bisect.bisect_right(range(M-1), M-3), bisect.bisect_left(range(M), 5))
