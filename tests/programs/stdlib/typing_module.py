# python: 3.14
from typing import Any, Optional, Union, List, Dict, Callable, TypeVar, Generic, Protocol, TypedDict, Literal, get_type_hints, runtime_checkable, Annotated, get_args, get_origin, ClassVar, cast
T = TypeVar("T")
class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []
    def push(self, item: T) -> None:
        self.items.append(item)
s = Stack[int]()
s.push(1)
print(s.items, Stack[int], Optional[int], List[int], Dict[str, int], Callable[[int], str])
def f(a: int, b: Optional[str] = None, *, c: "List[int]") -> Dict[str, Any]:
    return {}
print(get_type_hints(f))
@runtime_checkable
class Closer(Protocol):
    def close(self) -> None: ...
class File:
    def close(self):
        pass
print(isinstance(File(), Closer), isinstance(1, Closer))
class Movie(TypedDict, total=False):
    name: str
    year: int
print(Movie(name="x"), Movie.__annotations__, get_args(Literal["a", 1]), get_origin(List[int]))
print(list[int], dict[str, int] , tuple[int, ...], int | str, isinstance(1, int | str))
print(get_type_hints(Stack.push), cast(int, "x"), Annotated[int, "meta"].__metadata__)
class A:
    x: ClassVar[int] = 1
    y: "A"
print(A.__annotations__, get_type_hints(A)["y"] is A)
