import attr
from attrs import define, field, frozen, asdict, astuple, evolve, validators, Factory


@define
class Point:
    x: int = field(validator=validators.instance_of(int))
    y: int = field(default=0)
    tags: list = Factory(list)

    @y.validator
    def _check(self, attribute, value):
        if value < 0:
            raise ValueError(f'{attribute.name} must not be negative')


@frozen(order=True)
class Version:
    major: int
    minor: int = field(default=0, converter=int)


@attr.s(auto_attribs=True, slots=True, kw_only=True)
class Old:
    name: str
    size: float = attr.ib(default=1.5, repr=lambda value: f'{value:.2f}')


p = Point(1, 2)
print(p, asdict(p), astuple(p), evolve(p, x=9))
for bad in (lambda: Point('1'), lambda: Point(1, -1), lambda: Point()):
    try:
        bad()
    except (TypeError, ValueError) as error:
        print(type(error).__name__, str(error)[:60])
print(sorted([Version(2), Version(1, '5'), Version(1, 2)]), hash(Version(1)) == hash(Version(1, 0)))
try:
    Version(1).major = 3
except attr.exceptions.FrozenInstanceError as error:
    print(type(error).__name__)
print(Old(name='a'), [a.name for a in attr.fields(Old)])
