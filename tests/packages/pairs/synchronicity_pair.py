"""synchronicity: wrapped functions run on a loop in a thread that the package keeps."""
import core
from synchronicity import Synchronizer

fetch = Synchronizer().wrap(core.fetch)
print([fetch(i) for i in range(4)])
