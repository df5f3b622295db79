# python: 3.14
def first[T](items: list[T]) -> T:
    return items[0]
class Box[T]:
    def __init__(self, item: T):
        self.item = item
    def get(self) -> T:
        return self.item
type Pair[A, B = int] = tuple[A, B]
class Many[T, *Ts, **P]:
    pass
print(first([3]), Box(5).get(), first.__type_params__, Many.__type_params__)
print(Pair.__value__, Pair.__type_params__, Pair.__name__, Box[int].__origin__ is Box)
print(Box.__mro__[1].__name__)
class Lazy:
    later: NotYet
    def f(self, x: Missing): ...
import annotationlib
print(annotationlib.get_annotations(Lazy, format=annotationlib.Format.STRING))
try:
    Lazy.__annotations__
except NameError as error:
    print(error)
